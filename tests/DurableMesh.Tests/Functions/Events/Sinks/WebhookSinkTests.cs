using System.Net;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using StandardWebhooks;

namespace DurableMesh.Tests.Functions.Events.Sinks;

public sealed class WebhookSinkTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly StoredEvent _event = EventOf(new SampleThread().Open());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_posted_as_it_is_and_signed_by_the_standard()
    {
        HttpRequestMessage? posted = null;
        var body = "";
        var secret = WebhookSignature.NewSecret();
        var sink = Sink(secret, async request =>
        {
            (posted, body) = (request, await request.Content!.ReadAsStringAsync(Cancellation));
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        });

        Assert.Null((await sink.TellAsync(_event, Cancellation)).Failure);

        Assert.Equal("application/cloudevents+json; charset=utf-8", posted!.Content!.Headers.ContentType!.ToString());
        Assert.Equal(_event.Event.Id, posted.Headers.GetValues("webhook-id").Single());
        var headers = new HeaderDictionary();
        foreach (var (name, values) in posted.Headers)
        {
            headers[name] = values.ToArray();
        }

        new StandardWebhook(secret).Verify(body, headers);
    }

    [Theory]
    [InlineData(200, false, null)]
    [InlineData(204, false, null)]
    [InlineData(302, false, "It answered 302: a redirect is not followed.")]
    [InlineData(400, false, "It answered 400.")]
    [InlineData(410, true, "It answered 410.")]
    [InlineData(500, false, "It answered 500.")]
    public async Task Only_2xx_is_an_event_taken(int status, bool gone, string? failure)
    {
        var answer = await Sink("secret", _ => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status)))
            .TellAsync(_event, Cancellation);

        Assert.Equal((failure, gone), (answer.Failure, answer.IsGone));
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("date", 60)]
    [InlineData(null, null)]
    public async Task What_the_receiver_says_of_when_to_come_again_is_heard(string? header, int? seconds)
    {
        var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        if (header is not null)
        {
            response.Headers.TryAddWithoutValidation(
                "Retry-After", header == "date" ? _time.GetUtcNow().AddSeconds(60).ToString("R") : header);
        }

        var answer = await Sink("secret", _ => Task.FromResult(response)).TellAsync(_event, Cancellation);

        Assert.Equal(seconds is null, answer.RetryAfter is null);
        Assert.InRange(answer.RetryAfter?.TotalSeconds ?? 0, (seconds ?? 0) - 1, seconds ?? 0);
    }

    [Fact]
    public async Task What_cannot_be_reached_or_does_not_answer_is_a_failure_in_words()
    {
        var unreachable = await Sink("secret", _ => throw new HttpRequestException("Connection refused"))
            .TellAsync(_event, Cancellation);
        var late = await Sink("secret", _ => throw new TaskCanceledException()).TellAsync(_event, Cancellation);
        var refused = await Sink("secret", _ => throw new HttpRequestException("x", new AddressRefusedException("private")))
            .TellAsync(_event, Cancellation);

        Assert.Equal(
            ["It cannot be reached: Connection refused", "It did not answer within 10 s.", "private"],
            [unreachable.Failure, late.Failure, refused.Failure]);
    }

    [Fact]
    public void An_address_is_shown_without_what_its_query_says() =>
        Assert.Equal("https://example.org/hook?…", WebhookSink.AddressOf(new Uri("https://example.org/hook?token=secret")));

    private static StoredEvent EventOf(ThreadRecord record) => new(ThreadEvents.Of(record.View, record.Entries)[0]);

    private WebhookSink Sink(string secret, Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) => new(
        "hook",
        new Uri("https://example.org/hook"),
        secret,
        EventFilter.Everything,
        EventCursor.Beginning,
        new HttpClient(new Handler(answer)),
        _time);

    private sealed class Handler(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request);
    }
}
