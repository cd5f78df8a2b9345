using DurableMesh.Core.Wire;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Tests.Functions.ReadModel;

/// <summary>
/// The read model is a cache: whatever becomes of its file, it is there again or says why not, and the mesh goes on.
/// </summary>
public sealed class ReadModelServiceTests : IDisposable
{
    private readonly MemoryBlobs _blobs = new();
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-model-").FullName;

    private string Folder => Path.Combine(_root, "store");

    private string File0 => Path.Combine(Folder, "threads-0.db");

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows() && Directory.Exists(Folder))
        {
            File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_host_goes_on_with_the_file_of_the_one_before_and_reads_only_what_came_after()
    {
        var thread = new SampleThread();
        await using (var first = await StartAsync())
        {
            await first.AppendAsync(thread.Open(), thread.Note("n-1", body: "before"));
            Assert.Equal([thread.Id], await first.IdsAsync("before"));
            await first.AppendAsync(thread.Note("n-2", body: "between"));
        }

        Spoil("DELETE FROM words WHERE rowid IN (SELECT rowid FROM words WHERE words MATCH 'before')");
        await using var second = await StartAsync();

        // What the file lacks of what it says it has is proof that it was not built anew.
        Assert.Empty(await second.IdsAsync("before"));
        Assert.Equal([thread.Id], await second.IdsAsync("between"));
        Assert.Empty(second.Warnings.Lines);
        await Eventually.TrueAsync(() => second.State.Detail is null);
    }

    [Fact]
    public async Task Files_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var host = await StartedAsync();

        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        foreach (var path in Directory.GetFiles(Folder))
        {
            Assert.Equal(file, File.GetUnixFileMode(path));
        }

        Assert.Contains(Directory.GetFiles(Folder), path => path.EndsWith("-wal", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("empty")]
    [InlineData("truncated")]
    [InlineData("no database")]
    [InlineData("of another program")]
    [InlineData("of an older version")]
    [InlineData("without a table")]
    public async Task A_file_that_is_no_good_is_built_anew_and_that_is_said(string what)
    {
        await (await StartedAsync()).DisposeAsync();
        switch (what)
        {
            case "deleted": File.Delete(File0); break;
            case "empty": File.WriteAllBytes(File0, []); break;
            case "truncated": File.WriteAllBytes(File0, File.ReadAllBytes(File0)[..(3 * 4096)]); break;
            case "no database": File.WriteAllText(File0, new string('x', 100_000)); break;
            case "of another program": Spoil("PRAGMA application_id = 7"); break;
            case "of an older version": Spoil("PRAGMA user_version = 0"); break;
            default: Spoil("DROP TABLE messages"); break;
        }

        await using var host = await StartAsync();

        Assert.Single(await host.IdsInTheEndAsync("quoted"));
        Assert.Equal(what is "deleted" or "empty" ? 0 : 1, host.Warnings.Lines.Count);
        Assert.All(host.Warnings.Lines, line => Assert.Contains("built anew", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damage_that_a_search_meets_has_the_file_built_anew()
    {
        var thread = new SampleThread();
        await using (var first = await StartAsync())
        {
            await first.AppendAsync(Enumerable.Range(0, 200).Select(_ => new SampleThread().Open()));
            await first.AppendAsync(thread.Open(), thread.Note("n-1", body: "word100"));
            Assert.Equal([thread.Id], await first.IdsAsync("word100"));
        }

        Spoil("UPDATE words_data SET block = zeroblob(length(block)) WHERE id > 10");
        await using var host = await StartAsync();

        Assert.Equal([thread.Id], await host.IdsInTheEndAsync("word100"));
        Assert.Contains("damaged", Assert.Single(host.Warnings.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_left_alone_and_another_built_beside_it()
    {
        await (await StartedAsync()).DisposeAsync();
        Spoil($"PRAGMA user_version = {ReadModelDatabase.Version + 1}");
        await using var host = await StartAsync();

        Assert.Single(await host.IdsInTheEndAsync("quoted"));
        Assert.Contains("newer", Assert.Single(host.Warnings.Lines), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Folder, "threads-1.db")));
        using var connection = new SqliteConnection($"Data Source={File0};Pooling=False");
        connection.Open();
        using var version = connection.CreateCommand();
        version.CommandText = "PRAGMA user_version";
        Assert.Equal(ReadModelDatabase.Version + 1L, version.ExecuteScalar());
    }

    [Fact]
    public async Task A_file_of_another_store_is_built_anew()
    {
        await (await StartedAsync()).DisposeAsync();
        var other = new SampleThread();
        await using var host = await SearchHost.StartAsync(new MemoryBlobs(), Folder);
        await host.AppendAsync(other.Open());

        Assert.Equal([other.Id], await host.IdsInTheEndAsync("quoted"));
        Assert.Single(host.Warnings.Lines);
    }

    [Fact]
    public async Task A_store_that_was_restored_and_went_on_otherwise_has_the_file_built_anew()
    {
        var thread = new SampleThread();
        var open = thread.Open();
        await using (var first = await StartAsync())
        {
            await first.AppendAsync(open, thread.Note("n-1", body: "forgotten"));
            Assert.Single(await first.IdsAsync("forgotten"));
        }

        // The same first step, and another one of the same length.
        var restored = new MemoryBlobs();
        var again = new SampleThread(thread.Id);
        await using var host = await SearchHost.StartAsync(restored, Folder);
        await host.AppendAsync(again.Open(), again.Note("n-1", body: "different"));

        Assert.Equal([thread.Id], await host.IdsInTheEndAsync("different"));
        Assert.Empty(await host.IdsAsync("forgotten"));
    }

    [Fact]
    public async Task A_store_that_has_less_than_the_file_has_it_built_anew()
    {
        var thread = new SampleThread();
        await using (var first = await StartAsync())
        {
            await first.AppendAsync(thread.Open(), thread.Note("n-1", body: "forgotten"));
            Assert.Single(await first.IdsAsync("forgotten"));
        }

        await using var host = await SearchHost.StartAsync(new MemoryBlobs(), Folder);
        await host.AppendAsync(new SampleThread(thread.Id).Open());

        Assert.Equal([thread.Id], await host.IdsInTheEndAsync("quoted"));
        Assert.Empty(await host.IdsAsync("forgotten"));
        Assert.Contains("less", Assert.Single(host.Warnings.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hosts_of_one_store_have_a_file_each()
    {
        await using var first = await StartedAsync();
        await using var second = await SearchHost.StartAsync(_blobs, Folder, sharedByHosts: true);
        var thread = new SampleThread();
        await first.AppendAsync(thread.Open(), thread.Note("n-1", body: "news"));

        Assert.Equal([thread.Id], await first.IdsAsync("news"));
        Assert.Equal([thread.Id], await second.IdsAsync("news"));
        Assert.Equal(
            ["threads-0.db", "threads-1.db"],
            Directory.GetFiles(Folder, "*.db").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_room_on_the_disk_the_search_says_so_and_all_else_goes_on()
    {
        await using var host = await SearchHost.StartAsync(
            _blobs, Folder, maxMegabytes: 1, patience: TimeSpan.FromMilliseconds(100));
        var thread = new SampleThread();
        await host.AppendAsync(Enumerable.Range(0, 800).Select(_ => new SampleThread().Open()).Append(thread.Open()));
        var refusal = await host.RefusalAsync("quoted");

        Assert.Contains("no room", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, host.State.Detail);
        Assert.Contains("no room", Assert.Single(host.Warnings.Lines), StringComparison.Ordinal);
        await host.AppendAsync(thread.Note("n-last"));
        Assert.Equal(thread.Id, (await host.Log.ListAsync(_ => true, 1, null, default)).Threads[0].ThreadId);
    }

    [Fact]
    public async Task In_a_folder_that_cannot_be_had_the_search_says_so_and_comes_back_when_it_can()
    {
        // A file stands where the folder must be; a folder's rights would not stop root.
        File.WriteAllText(Folder, "in the way");
        await using var host = await SearchHost.StartAsync(
            _blobs, Folder, retryAfter: TimeSpan.FromMilliseconds(20), patience: TimeSpan.FromMilliseconds(100));
        await host.AppendAsync(new SampleThread().Open());

        var refusal = await host.RefusalAsync("quoted");
        Assert.DoesNotContain(Folder, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Folder, Assert.Single(host.Warnings.Lines), StringComparison.Ordinal);
        File.Delete(Folder);

        Assert.Single(await host.IdsInTheEndAsync("quoted"));
        await Eventually.TrueAsync(() => host.State.Detail is null);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_takes_the_search_alone_away()
    {
        await (await StartedAsync()).DisposeAsync();

        // As a read-only disk would: root may write whatever it likes, but no folder as a file.
        Directory.CreateDirectory(File0 + "-wal");
        await using var host = await SearchHost.StartAsync(_blobs, Folder, patience: TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<SearchUnavailableException>(() => host.FindAsync("quoted"));
        await Eventually.TrueAsync(() => host.State.Detail is not null);

        var refusal = await Assert.ThrowsAsync<SearchUnavailableException>(() => host.FindAsync("quoted"));
        Assert.Equal(refusal.Message, host.State.Detail);
        await host.AppendAsync(new SampleThread().Open());
    }

    [Fact]
    public async Task A_host_that_is_far_behind_reads_the_log_again()
    {
        var thread = new SampleThread();
        await using (var first = await StartedAsync())
        {
            await first.AppendAsync(thread.Open(), thread.Note("n-1", body: "first"));
            await Task.WhenAll(
                Enumerable.Range(0, 9_000).Select(_ => first.Log.AppendAsync(new SampleThread().Open(), default)));
            await first.AppendAsync(thread.Note("n-2", body: "last"));
        }

        await using var host = await StartAsync();

        Assert.Equal([thread.Id], await host.IdsInTheEndAsync("first"));
        Assert.Equal([thread.Id], await host.IdsInTheEndAsync("last"));
    }

    [Fact]
    public async Task A_search_that_cannot_catch_up_says_that_it_is_behind()
    {
        await (await StartedAsync()).DisposeAsync();
        await using var host = await SearchHost.StartAsync(
            _blobs, Folder, retryAfter: TimeSpan.FromMilliseconds(20), patience: TimeSpan.FromMilliseconds(200));
        Assert.Single(await host.IdsInTheEndAsync("quoted"));
        using var held = new SqliteConnection($"Data Source={File0};Pooling=False");
        held.Open();
        using var hold = held.CreateCommand();
        hold.CommandText = "BEGIN IMMEDIATE";
        hold.ExecuteNonQuery();
        var thread = new SampleThread();
        await host.AppendAsync(thread.Open());

        var found = await host.FindAsync("quoted");

        Assert.True(found.IsBehind);
        Assert.Single(found.Threads);
        hold.CommandText = "COMMIT";
        hold.ExecuteNonQuery();
        await Eventually.TrueAsync(() => host.State.Position >= host.Log.Tail.End);
        Assert.Equal(2, (await host.IdsAsync("quoted")).Count());
    }

    private Task<SearchHost> StartAsync() => SearchHost.StartAsync(_blobs, Folder);

    /// <summary>A host whose file has a thread.</summary>
    private async Task<SearchHost> StartedAsync()
    {
        var host = await StartAsync();
        await host.AppendAsync(new SampleThread().Open());
        Assert.Single(await host.IdsAsync("quoted"));
        return host;
    }

    private void Spoil(string sql) => SearchHost.Spoil(File0, sql);
}
