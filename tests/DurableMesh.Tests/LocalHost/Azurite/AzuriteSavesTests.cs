using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.LocalHost.Azurite;

public sealed class AzuriteSavesTests : IDisposable
{
    private static readonly string[] Databases = ["__azurite_db_blob__.json", "__azurite_db_blob_extent__.json"];

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly AzuriteSaves _saves;
    private ProcessIdentity _azurite = ProcessIdentity.Current;
    private DateTime _modified = new(2026, 11, 29, 8, 0, 0, DateTimeKind.Utc);

    public AzuriteSavesTests()
    {
        _saves = new AzuriteSaves(_time);
        Array.ForEach(Databases, Save);
        Look();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_second_save_of_both_databases_after_a_write_holds_it()
    {
        var written = _time.GetTimestamp();
        Assert.False(IsSaved(written));
        Assert.True(_saves.IsWanted);
        Look();

        Array.ForEach(Databases, Save);
        Look();
        Assert.False(IsSaved(written));

        Save(Databases[0]);
        Look();
        Assert.False(IsSaved(written));

        Save(Databases[1]);
        Look();
        Assert.True(IsSaved(written));
        Assert.False(_saves.IsWanted);
    }

    [Fact]
    public void What_one_process_saved_says_nothing_of_the_next()
    {
        var written = _time.GetTimestamp();
        Look();
        Array.ForEach(Databases, Save);
        Look();

        _azurite = _azurite with { ProcessId = _azurite.ProcessId + 1 };
        Array.ForEach(Databases, Save);
        Look();
        Array.ForEach(Databases, Save);
        Look();
        Assert.False(IsSaved(written));

        Array.ForEach(Databases, Save);
        Look();
        Assert.True(IsSaved(written));
    }

    [Fact]
    public void An_Azurite_that_nobody_has_looked_at_yet_says_nothing() => Assert.Null(new AzuriteSaves(_time).SavedUntil(0));

    [Fact]
    public void Writes_that_are_not_saved_for_long_are_trouble_until_they_are()
    {
        _saves.SavedUntil(_time.GetTimestamp());
        _time.Advance(AzuriteSaves.LongestPause - TimeSpan.FromSeconds(2));
        Look();
        Assert.Null(_saves.Trouble);
        _time.Advance(TimeSpan.FromSeconds(1));
        Look();
        Assert.Contains("saved nothing", _saves.Trouble, StringComparison.Ordinal);

        Array.ForEach(Databases, Save);
        Look();
        Array.ForEach(Databases, Save);
        Look();
        Assert.Null(_saves.Trouble);
    }

    [Fact]
    public void Where_nobody_wrote_nothing_needs_to_be_saved()
    {
        _time.Advance(TimeSpan.FromDays(1));
        Look();

        Assert.Null(_saves.Trouble);
        Assert.False(_saves.IsWanted);
    }

    [Fact]
    public void A_disk_that_cannot_hold_the_next_save_is_said_to_be_full()
    {
        // A file with a hole is as long as it says, and needs no room.
        using (var file = File.OpenWrite(PathOf(Databases[0])))
        {
            file.SetLength(new DriveInfo(_folder.Path).AvailableFreeSpace + (1L << 40));
        }

        Look();

        Assert.True(_saves.IsDiskFull);
        Assert.Contains("the disk is full", _saves.Trouble, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, _saves.Trouble, StringComparison.Ordinal);

        File.WriteAllText(PathOf(Databases[0]), "{}");
        _saves.SavedUntil(_time.GetTimestamp());
        _time.Advance(AzuriteSaves.LongestPause / 2);
        Look();
        Assert.Null(_saves.Trouble);
    }

    private bool IsSaved(long written) => _saves.SavedUntil(written) > written;

    private void Save(string database)
    {
        File.AppendAllText(PathOf(database), "{}");
        File.SetLastWriteTimeUtc(PathOf(database), _modified += TimeSpan.FromSeconds(5));
    }

    private void Look()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _saves.Look(_azurite, _folder.Path);
    }

    private string PathOf(string database) => Path.Combine(_folder.Path, database);
}
