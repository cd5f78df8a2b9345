using DurableMesh.Core.Agents;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Core.Agents;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Store;

public sealed class FoldedLogTests : IAsyncDisposable
{
    private static readonly SeedRegistry Seed =
        SampleRegistry.SeedOf("""{"agents":[{"id":"seeded","company":"c","roles":["builder"]}]}""");

    private readonly MemoryBlobs _blobs = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<IAsyncDisposable> _open = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var log in _open)
        {
            await log.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_change_is_there_after_a_restart_and_so_is_its_refusal()
    {
        var log = Open();
        await log.ChangeAsync(Company("one"), "test", Cancellation);

        var (state, refusal) = await log.ChangeAsync(Company("one", expected: 0), "test", Cancellation);

        Assert.Equal(RefusalKind.VersionMismatch, refusal?.Kind);
        Assert.Equal(1, state.FindCompany("one")?.Version);
        Assert.Equal(1, (await Open().ReadAsync(Cancellation)).FindCompany("one")?.Version);
    }

    [Fact]
    public async Task The_answer_is_the_state_right_after_the_change()
    {
        var (one, two) = (Open(), Open());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n =>
            (n % 2 == 0 ? one : two).ChangeAsync(Company("shared"), "test", Cancellation)));

        Assert.Equal(Enumerable.Range(1, 20), answers.Select(answer => answer.State.FindCompany("shared")!.Version).Order());
    }

    [Fact]
    public async Task Of_two_hosts_that_change_the_same_version_one_is_refused()
    {
        var (one, two) = (Open(), Open());
        await one.ChangeAsync(Company("shared"), "test", Cancellation);

        var answers = await Task.WhenAll(
            one.ChangeAsync(Company("shared", expected: 1), "test", Cancellation),
            two.ChangeAsync(Company("shared", expected: 1), "test", Cancellation));

        Assert.Single(answers, answer => answer.Refusal is null);
        Assert.Single(answers, answer => answer.Refusal?.Code == "version_mismatch");
    }

    [Fact]
    public async Task What_another_host_wrote_is_seen_within_a_second()
    {
        var (one, two) = (Open(), Open());
        await two.ReadAsync(Cancellation);
        await one.ChangeAsync(Company("one"), "test", Cancellation);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull((await two.ReadAsync(Cancellation)).FindCompany("one"));
    }

    [Fact]
    public async Task An_empty_log_begins_with_the_seed_whoever_comes_first()
    {
        var (_, refusal) = await Open(Seed).ChangeAsync(Company("one"), "test", Cancellation);

        Assert.Null(refusal);
        Assert.NotNull((await Open().ReadAsync(Cancellation)).Find("seeded"));
    }

    [Fact]
    public async Task Two_hosts_that_start_at_once_seed_it_once()
    {
        var (one, two) = (Open(Seed), Open(Seed));

        var states = await Task.WhenAll(one.ReadAsync(Cancellation).AsTask(), two.ReadAsync(Cancellation).AsTask());

        Assert.All(states, state => Assert.Equal(1, state.Find("seeded")?.Version));
    }

    [Fact]
    public async Task What_was_deleted_is_not_seeded_again()
    {
        await Open(Seed).ChangeAsync(new DeleteAgent("seeded", 1), "test", Cancellation);

        Assert.Equal(0, (await Open(Seed).ReadAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task A_seed_that_contradicts_itself_leaves_the_log_to_those_who_change_it()
    {
        var log = Open(new SeedRegistry([], Seed.Agents));

        Assert.Equal(0, (await log.ReadAsync(Cancellation)).Count);
        Assert.Null((await log.ChangeAsync(Company("one"), "test", Cancellation)).Refusal);
        Assert.Equal(1, _blobs.Text("registry/00000001").Count(character => character == '\n'));
    }

    private FoldedLog<AgentRegistry, RegistryChange> Open(SeedRegistry? seed = null)
    {
        var log = new FoldedLog<AgentRegistry, RegistryChange>(
            _blobs, "registry", TimeSpan.FromSeconds(30), _time, NullLogger.Instance)
        {
            Seed = seed,
        };
        log.Start();
        _open.Add(log);
        return log;
    }

    private static PutCompany Company(string id, int? expected = null) => new(new CompanyView { Id = id, Name = id }, expected);
}
