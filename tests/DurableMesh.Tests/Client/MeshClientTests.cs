using System.Net;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Client;

public sealed class MeshClientTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await FakeMesh.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_mesh.Url + "/") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_storage_that_is_away_for_a_moment_is_asked_again()
    {
        var thread = _mesh.Open();
        _mesh.RefusalsToCome = 3;

        Assert.Equal(thread.ThreadId, (await Client().GetThreadAsync(thread.ThreadId, Stop)).ThreadId);
        Assert.Equal(4, _mesh.Requests.Count);
    }

    [Fact]
    public async Task A_mesh_that_is_full_for_a_moment_gets_the_same_message_again()
    {
        var thread = _mesh.Open();
        (_mesh.Refusal, _mesh.RefusalsToCome) = ((429, "overloaded", "The partition is full."), 3);

        var receipt = await Client().SendAsync(
            thread.ThreadId,
            """{"messageId":"b-1","from":"codecraft-builder","kind":"submission","body":"done"}"""u8.ToArray(),
            Stop);

        Assert.Equal((ReceiptKind.Accepted, 2), (receipt.Kind, receipt.Sequence));
        Assert.Equal(4, _mesh.Requests.Count);
    }

    [Theory]
    [InlineData(0, "", Readiness.Ready)]
    [InlineData(1, "not_owner", Readiness.StandingBy)]
    [InlineData(1, "storage_unavailable", Readiness.NotReady)]
    public async Task A_host_that_stands_by_is_told_from_one_that_is_not_ready(int refusals, string code, object readiness)
    {
        (_mesh.Refusal, _mesh.RefusalsToCome) = ((503, code, "Later."), refusals);

        Assert.Equal(readiness, await Client().GetReadinessAsync(Stop));
    }

    [Fact]
    public async Task A_storage_that_stays_away_is_unreachable_and_the_mesh_says_why()
    {
        _mesh.RefusalsToCome = int.MaxValue;

        var unreachable = await Assert.ThrowsAsync<MeshUnreachableException>(() => Client().GetThreadAsync("t", Stop));

        Assert.Contains("The storage is away", unreachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_meshs_is_no_crash()
    {
        var client = Client(new Answering("<html>hello</html>", "text/html"));

        var unreachable = await Assert.ThrowsAsync<MeshUnreachableException>(() => client.GetThreadAsync("t", Stop));

        Assert.Contains("DurableMesh", unreachable.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task A_gateway_that_answers_for_the_mesh_is_asked_again_with_the_same_bytes(int status)
    {
        var gateway = new Failing(() => new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent("<html>Bad Gateway</html>", System.Text.Encoding.UTF8, "text/html"),
        });

        var receipt = await Client(gateway).SendAsync("t", "{\"messageId\":\"m\"}"u8.ToArray(), Stop);

        Assert.Equal(ReceiptKind.Accepted, receipt.Kind);
        Assert.Equal(["{\"messageId\":\"m\"}", "{\"messageId\":\"m\"}", "{\"messageId\":\"m\"}"], gateway.Bodies);
    }

    [Fact]
    public async Task A_gateway_that_does_not_wait_as_long_as_the_mesh_means_that_there_is_nothing_yet()
    {
        _mesh.Open();
        var client = Client(new Impatient(new Uri(_mesh.Url)));

        var page = await client.GetInboxAsync(Sample.Verifier, "at-1", TimeSpan.FromSeconds(30), Stop);

        Assert.Empty(page.Messages);
        Assert.Equal("at-1", page.NextAfter);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_asked_for_again()
    {
        var breaking = new Failing(() => new HttpResponseMessage { Content = new StreamContent(new BrokenStream()) });

        var receipt = await Client(breaking).SendAsync("t", "{}"u8.ToArray(), Stop);

        Assert.Equal(ReceiptKind.Accepted, receipt.Kind);
    }

    [Fact]
    public async Task A_pending_receipt_is_asked_for_again_until_it_is_decided()
    {
        const string Pending = """{"receipt":"pending","threadId":"t","messageId":"m","threadState":"open"}""";
        const string Duplicate = """{"receipt":"duplicate","threadId":"t","messageId":"m","sequence":2,"threadState":"open"}""";

        var receipt = await Client(new Answering(Pending, Pending, Duplicate)).SendAsync("t", "{}"u8.ToArray(), Stop);

        Assert.Equal((ReceiptKind.Accepted, 2), (receipt.Kind, receipt.Sequence));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MeshClient Client() => new(_http, HurriedTime.Instance);

    private static MeshClient Client(HttpMessageHandler handler) =>
        new(new HttpClient(handler) { BaseAddress = new Uri("http://mesh/") }, HurriedTime.Instance);

    /// <summary>Gives its answers one after the other, the last one for ever.</summary>
    private sealed class Answering(params string[] answers) : HttpMessageHandler
    {
        private int _next;

        public Answering(string answer, string mediaType)
            : this(answer) => MediaType = mediaType;

        private string MediaType { get; } = "application/json";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(answers[Math.Min(_next++, answers.Length - 1)], System.Text.Encoding.UTF8, MediaType),
            });
    }

    /// <summary>Fails twice, then accepts.</summary>
    private sealed class Failing(Func<HttpResponseMessage> failure) : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return Bodies.Count <= 2
                ? failure()
                : new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new StringContent(
                        """{"receipt":"accepted","threadId":"t","messageId":"m","sequence":2,"threadState":"open"}"""),
                };
        }
    }

    /// <summary>Answers in place of a mesh that would wait.</summary>
    private sealed class Impatient(Uri mesh) : DelegatingHandler(new HttpClientHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(mesh, request.RequestUri!.PathAndQuery);
            return request.RequestUri.Query.Contains("wait=PT30S", StringComparison.Ordinal)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.GatewayTimeout))
                : base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("reset");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("reset");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException("reset");
    }
}
