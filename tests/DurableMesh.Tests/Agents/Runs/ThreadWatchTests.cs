using System.Net;
using System.Text;
using System.Text.Json;
using DurableMesh.Agents.Runs;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class ThreadWatchTests : IAsyncLifetime
{
    private static readonly LeaseRequest Lease = new(Sample.Verifier, "one", 2, TimeSpan.FromSeconds(60), Device: "FORGE");

    private readonly FakeTimeProvider _time = new();
    private readonly Link _link = new();
    private FakeMesh _mesh = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _link.Dispose();
        await _mesh.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_ends_when_its_lease_could_not_be_renewed_for_its_whole_time(bool silent)
    {
        _link.Refuses = !silent;
        var useless = Watch();

        _time.Advance(TimeSpan.FromSeconds(59));
        await _link.AskedAsync(1, Stop);
        Assert.False(useless.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("its lease ran out: the mesh was away for PT1M", await useless.WaitAsync(Stop));
    }

    [Fact]
    public async Task A_lease_that_was_renewed_lasts_from_when_that_was_asked_for()
    {
        var useless = Watch();
        _time.Advance(TimeSpan.FromSeconds(20));
        await _link.AskedAsync(1, Stop);
        _time.Advance(TimeSpan.FromSeconds(30));
        _link.AnswerOne();
        await _link.AnsweredAsync(Stop);

        // Step by step, so that what a renewal sets off is seen at its time.
        for (var second = 51; second < 80; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Stop);
        }

        Assert.False(useless.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("ran out", await useless.WaitAsync(Stop), StringComparison.Ordinal);
    }

    private Task<string> Watch()
    {
        var client = new MeshClient(
            new HttpClient(_link) { BaseAddress = new Uri("http://mesh/") }, _time, TimeSpan.FromHours(1));
        return new ThreadWatch(new MeshLink(client, NullLogger.Instance, _time), _time)
            .UntilUselessAsync(_mesh.Open(), new HeldLease(Lease, _time.GetTimestamp()), Stop);
    }

    /// <summary>A link on which leases are asked for, and nothing else is ever answered.</summary>
    private sealed class Link : HttpMessageHandler
    {
        private readonly SemaphoreSlim _asked = new(0);
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _seen;

        /// <summary>Whether it breaks instead of saying nothing.</summary>
        public bool Refuses { get; set; }

        public void AnswerOne() => _answer.SetResult();

        public Task AnsweredAsync(CancellationToken cancellation) => _answered.Task.WaitAsync(cancellation);

        public async Task AskedAsync(int times, CancellationToken cancellation)
        {
            for (; _seen < times; _seen++)
            {
                await _asked.WaitAsync(cancellation);
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Put)
            {
                _asked.Release();
                if (Refuses)
                {
                    throw new HttpRequestException("No route to host");
                }

                if (!_answered.Task.IsCompleted)
                {
                    await _answer.Task.WaitAsync(cancellationToken);
                    _answered.SetResult();
                    var lease = new LeaseView(Lease.Agent, Lease.Holder, 2, default, default, 0, Lease.Device);
                    return new HttpResponseMessage(HttpStatusCode.OK)
                    {
                        Content = new StringContent(
                            JsonSerializer.Serialize(lease, MeshJson.Options), Encoding.UTF8, "application/json"),
                    };
                }
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It never answers.");
        }
    }
}
