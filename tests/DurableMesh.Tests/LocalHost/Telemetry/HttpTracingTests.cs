using System.Diagnostics;
using DurableMesh.Tests.LocalHost.Azurite;
using DurableMesh.Tests.TaskHub.Telemetry;

namespace DurableMesh.Tests.LocalHost.Telemetry;

[Collection(nameof(RecordedSpans))]
public sealed class HttpTracingTests
{
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private readonly ActivitySpanId _caller = ActivitySpanId.CreateRandom();

    [Fact]
    public async Task A_send_is_one_trace_from_the_callers_span_through_http_event_episode_and_activity()
    {
        using var spans = new RecordedSpans();
        await using DialogueApp app = await DialogueApp.StartAsync();
        string id = await SendAsync(app, HttpMethod.Post, "/api/dialogues", traced: false);

        Assert.Equal("hello", await SendAsync(app, HttpMethod.Post, $"/api/dialogues/{id}/messages"));

        await Eventually.HoldsAsync(() => spans.OfTrace(_trace).Count == 5);
        IReadOnlyList<Activity> trace = spans.OfTrace(_trace);
        string[] expected =
        [
            "POST /api/dialogues/{id}/messages", "orchestration_event:said",
            "orchestration:Dialogue", "activity:Echo", "orchestration:Dialogue",
        ];
        ActivitySpanId parent = _caller;
        foreach (string name in expected)
        {
            Activity span = Assert.Single(trace, span => span.ParentSpanId == parent);
            Assert.Equal(name, span.DisplayName);
            parent = span.SpanId;
        }
    }

    [Fact]
    public async Task A_request_is_described_in_opentelemetrys_words()
    {
        using var spans = new RecordedSpans();
        await using DialogueApp app = await DialogueApp.StartAsync();

        await SendAsync(app, HttpMethod.Get, "/api/fails?secret=1");
        await SendAsync(app, HttpMethod.Get, "/nowhere");

        await Eventually.HoldsAsync(() => spans.OfTrace(_trace).Count == 2);
        Activity[] requests = [.. spans.OfTrace(_trace)];
        Assert.Equal(["GET /api/fails", "GET"], requests.Select(span => span.DisplayName));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], requests.Select(span => span.Status));
        Assert.All(requests, span => Assert.Equal((ActivityKind.Server, _caller), (span.Kind, span.ParentSpanId)));
        var tags = requests[0].TagObjects.ToDictionary();
        Assert.Equal("GET", tags["http.request.method"]);
        Assert.Equal("/api/fails", tags["http.route"]);
        Assert.Equal("/api/fails", tags["url.path"]);
        Assert.Equal("http", tags["url.scheme"]);
        Assert.Equal("127.0.0.1", tags["server.address"]);
        Assert.Equal(500, tags["http.response.status_code"]);
        Assert.Equal("500", tags["error.type"]);
        Assert.Equal(404, requests[1].GetTagItem("http.response.status_code"));
    }

    private async Task<string> SendAsync(DialogueApp app, HttpMethod method, string path, bool traced = true)
    {
        using var request = new HttpRequestMessage(method, path);
        if (traced)
        {
            request.Headers.Add("traceparent", $"00-{_trace}-{_caller}-01");
        }

        using HttpResponseMessage response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
