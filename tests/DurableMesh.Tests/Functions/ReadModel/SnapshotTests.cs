using System.Text;
using DurableMesh.Core.Gate;
using DurableMesh.Functions;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions.ReadModel;

/// <summary>A host without a file begins with the newest snapshot that is whole and of its store.</summary>
public sealed class SnapshotTests : IAsyncLifetime
{
    private readonly MemoryBlobs _blobs = new();
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-snapshots-").FullName;
    private readonly SampleThread _ended = new();
    private SearchHost _host = null!;
    private int _folders;

    public async ValueTask InitializeAsync()
    {
        _host = await SearchHost.StartAsync(_blobs, NewFolder());
        await _host.AppendAsync(_ended.Open(GateOutcome.Denied), new SampleThread().Open());
        await _host.ReachAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_new_host_begins_with_it_and_reads_only_what_came_after()
    {
        await TakeAsync();
        var later = new SampleThread();
        await _host.AppendAsync(later.Open());

        await using var other = await OtherAsync();

        Assert.Equal([_ended.Id], Started(other));
        Assert.NotNull(other.Log.Track(later.Id));
        Assert.Equal([later.Id], (await other.FindAsync("quoted", limit: 1)).Threads.Select(thread => thread.ThreadId));
        Assert.Empty(other.Refusals.Lines);
        Assert.Empty(other.Warnings.Lines);
    }

    [Theory]
    [InlineData("a part is missing")]
    [InlineData("a part was changed")]
    [InlineData("a part is no gzip")]
    [InlineData("the manifest is torn")]
    [InlineData("the file lies")]
    [InlineData("of another store")]
    public async Task One_that_is_torn_or_lies_is_passed_over_and_that_is_said(string what)
    {
        await TakeAsync();
        await _host.AppendAsync(new SampleThread().Open());
        await _host.ReachAsync();
        switch (what)
        {
            case "the file lies":
                Spoil("UPDATE progress SET last_head = last_head + 1");
                await TakeAsync();
                break;
            case "of another store":
                Spoil("UPDATE progress SET segment = 7");
                await TakeAsync();
                break;
            default:
                var name = (await TakeAsync()).Name;
                var blob = what == "the manifest is torn" ? Snapshot.ManifestOf(name) : Snapshot.PartOf(name, 0);
                var content = (await _blobs.FindAsync(blob, default))!.Value;
                await (what switch
                {
                    "a part is missing" => _blobs.DeleteAsync(blob, default),
                    "a part was changed" => _blobs.WriteAsync(
                        blob, await PartOfAsync((await _host.Snapshots.ListAsync(default))[1]), "", default),
                    "a part is no gzip" => _blobs.WriteAsync(blob, Encoding.UTF8.GetBytes("no gzip"), "", default),
                    _ => _blobs.WriteAsync(blob, content[..(content.Length / 2)], "", default),
                });
                break;
        }

        await using var other = await OtherAsync();

        // The one before it is as good.
        Assert.Equal([_ended.Id], Started(other));
        Assert.Single(other.Refusals.Lines);
    }

    [Fact]
    public async Task One_of_another_version_is_left_to_hosts_of_that()
    {
        var name = (await TakeAsync()).Name;
        var blob = Snapshot.ManifestOf(name);
        var json = Encoding.UTF8.GetString((await _blobs.FindAsync(blob, default))!.Value.Span);
        var newer = json.Replace("\"version\":3", "\"version\":4", StringComparison.Ordinal);
        await _blobs.WriteAsync(blob, Encoding.UTF8.GetBytes(newer), "", default);

        await using var other = await OtherAsync();

        Assert.Empty(Started(other));
        Assert.NotNull(other.Log.Track(_ended.Id));
        Assert.Equal([name], await _host.Snapshots.ListAsync(default));
    }

    [Fact]
    public async Task A_log_that_is_shorter_than_all_is_read_from_its_beginning()
    {
        await TakeAsync();
        var shorter = new MemoryBlobs();
        foreach (var blob in await _blobs.ListVersionsAsync(Snapshot.Folder, default))
        {
            await shorter.WriteAsync(blob.Name, (await _blobs.FindAsync(blob.Name, default))!.Value, "", default);
        }

        var thread = new SampleThread();
        await using (var first = await SearchHost.StartAsync(new MemoryBlobs(), NewFolder()))
        {
            Assert.Empty(first.Refusals.Lines);
        }

        await shorter.CreateAppendBlobAsync("threads/00000001", default);
        await shorter.AppendAsync("threads/00000001", 0, "{\"sealed\":true}\n"u8.ToArray(), default);
        await using var other = await SearchHost.StartAsync(shorter, NewFolder());
        await other.AppendAsync(thread.Open());

        Assert.Equal([thread.Id], await other.IdsInTheEndAsync("quoted"));
        Assert.Contains("the store has less than it", Assert.Single(other.Refusals.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_are_kept_and_what_another_host_may_be_writing()
    {
        var names = new List<string>();
        for (var n = 0; n < 4; n++)
        {
            await _host.AppendAsync(new SampleThread().Open());
            await _host.ReachAsync();
            names.Add((await TakeAsync()).Name);
        }

        var now = DateTimeOffset.UtcNow;
        var (young, old) = (
            Snapshot.NameOf(new LogPosition(1, 7), now.AddHours(-1)), Snapshot.NameOf(new LogPosition(1, 8), now.AddHours(-25)));
        await _blobs.WriteAsync(Snapshot.PartOf(young, 0), default, "", default);
        await _blobs.WriteAsync(Snapshot.PartOf(old, 0), default, "", default);
        await TakeAsync();

        var kept = (await _blobs.ListVersionsAsync(Snapshot.Folder, default))
            .Select(blob => Snapshot.Parse(blob.Name).Name).Distinct();
        Assert.Equal(
            [.. (await _host.Snapshots.ListAsync(default)).Append(young).Order(StringComparer.Ordinal)],
            kept.Order(StringComparer.Ordinal));
        Assert.Equal(2, (await _host.Snapshots.ListAsync(default)).Count);
    }

    [Fact]
    public async Task It_is_taken_where_much_is_new_by_the_owner_of_the_hub_and_not_too_often()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var term = new Mock<IHubTerm>();
        var warnings = new RecordingLogger<SnapshotService>(LogLevel.Warning);
        var options = new MeshOptions();
        using var service = new SnapshotService(
            _host.State, _host.Snapshots, Options.Create(options), time, warnings, term.Object);
        term.Setup(one => one.Current).Returns(1);
        Assert.Null(await service.LookAsync(default));

        // As if the tables went that far.
        _host.State.Open(_host.State.Past!.Value.Path, new LogPosition(1, 2 * SnapshotService.EnoughBytes));
        term.Setup(one => one.Current).Returns((int?)null);
        Assert.Null(await service.LookAsync(default));
        term.Setup(one => one.Current).Returns(1);
        var first = await service.LookAsync(default);
        Assert.Empty(warnings.Lines);
        Assert.NotNull(first);
        Assert.Null(await service.LookAsync(default));
        time.Advance(options.ReadModel.SnapshotEvery);
        Assert.NotNull(await service.LookAsync(default));
    }

    private async Task<ReadOnlyMemory<byte>> PartOfAsync(string name) =>
        (await _blobs.FindAsync(Snapshot.PartOf(name, 0), default))!.Value;

    private string NewFolder() => Path.Combine(_root, $"host-{_folders++}");

    private Task<Snapshot> TakeAsync() => _host.Snapshots.TakeAsync(_host.State.Past!.Value.Path, default);

    private async Task<SearchHost> OtherAsync()
    {
        var host = await SearchHost.StartAsync(_blobs, NewFolder());
        await host.Log.PingAsync(default);
        return host;
    }

    /// <summary>Which of the threads that had ended a host knows from its past alone: it has not read their records.</summary>
    private static IEnumerable<string> Started(SearchHost host) =>
        host.Log.Tail.TryRead(LogPosition.Beginning, 1, out _, out _) ? [] : host.Past.EndedMarks().Select(mark => mark.ThreadId);

    private void Spoil(string sql) => SearchHost.Spoil(_host.State.Past!.Value.Path, sql);
}
