using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class AgentHomeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-home-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Progress_and_records_outlive_the_runner()
    {
        var record = new RunRecord { ThreadId = "t", Sequence = 8, Session = JsonText.OfString("s"), Attempt = 2 };
        using (var home = AgentHome.Open(_folder, "a"))
        {
            home.SavePosition(null);
            home.SavePosition("at-7");
            home.Journal.Write(record, durable: true);
        }

        using var again = AgentHome.Open(_folder, "a");

        Assert.Equal("at-7", again.LoadPosition());
        Assert.Equal(record, again.Journal.Read("t"));
        Assert.Equal([record], again.Journal.ReadAll());
    }

    [Fact]
    public void What_an_agent_keeps_is_its_owners_alone_also_where_it_was_made_before_with_wider_rights()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other rights.");
            return;
        }

        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Wide = Own | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var before = Directory.CreateDirectory(Path.Combine(_folder, "a", "threads"));
        var old = new FileInfo(Path.Combine(before.FullName, "old.json"));
        File.WriteAllText(old.FullName, "{}");
        var elsewhere = new FileInfo(Path.Combine(_folder, "elsewhere"));
        File.WriteAllText(elsewhere.FullName, "{}");
        File.CreateSymbolicLink(Path.Combine(before.FullName, "link.json"), elsewhere.FullName);
        elsewhere.UnixFileMode = old.UnixFileMode = before.UnixFileMode = before.Parent!.UnixFileMode = Wide;

        using var home = AgentHome.Open(_folder, "a");
        home.SavePosition("at-7");
        home.Journal.Write(new RunRecord { ThreadId = "t" });

        Assert.Equal(Own, new DirectoryInfo(home.Folder).UnixFileMode);
        Assert.Equal(UnixFileMode.None, new DirectoryInfo(before.FullName).UnixFileMode & ~Own);
        Assert.Equal(UnixFileMode.None, new FileInfo(old.FullName).UnixFileMode & ~Own);
        Assert.Equal(Wide, new FileInfo(elsewhere.FullName).UnixFileMode);
        Assert.All(
            [Path.Combine(home.Folder, "inbox.json"), Path.Combine(before.FullName, "t.json"), Path.Combine(home.Folder, "lock")],
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode));
    }

    [Fact]
    public void One_folder_has_one_runner_and_it_keeps_its_name()
    {
        string holder;
        using (var first = AgentHome.Open(_folder, "a"))
        {
            holder = first.Holder;
            var taken = Assert.Throws<AgentHomeException>(() => AgentHome.Open(_folder, "a"));
            Assert.Contains("Another", taken.Message, StringComparison.Ordinal);
            using var other = AgentHome.Open(_folder, "b");
            Assert.NotEqual(holder, other.Holder);
        }

        using var again = AgentHome.Open(_folder, "a");
        Assert.Equal(holder, again.Holder);
    }

    [Fact]
    public void What_is_damaged_counts_as_lost_because_the_mesh_knows_what_is_answered()
    {
        using var home = AgentHome.Open(_folder, "a");
        home.Journal.Write(new RunRecord { ThreadId = "t", Sequence = 8 });
        File.WriteAllText(Path.Combine(home.Folder, "inbox.json"), "{\"after\":");
        File.WriteAllText(Directory.GetFiles(home.Folder, "t.json", SearchOption.AllDirectories).Single(), "{\"thr");

        Assert.Null(home.LoadPosition());
        Assert.Equal(new RunRecord { ThreadId = "t" }, home.Journal.Read("t"));
        Assert.Empty(home.Journal.ReadAll());
    }

    [Fact]
    public void Nobody_can_name_a_file_elsewhere()
    {
        using var home = AgentHome.Open(_folder, "../../etc/x");
        home.Journal.Write(new RunRecord { ThreadId = "../../y" });
        AgentHome.AskToRetry(_folder, "../../etc/x", "../../z");

        Assert.StartsWith(_folder, home.Folder, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(_folder));
        Assert.Equal("../../y", Assert.Single(home.Journal.ReadAll()).ThreadId);
        Assert.True(home.TakeRetry("../../z"));
        Assert.False(home.TakeRetry("../../z"));
    }
}
