using DurableMesh.Agents.Workspaces;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Workspaces;

public sealed class FolderCopiesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-copies-").FullName;
    private readonly string _source;
    private readonly string _root;

    public FolderCopiesTests()
    {
        (_source, _root) = (Path.Combine(_folder, "source"), Path.Combine(_folder, "home", "workspaces"));
        Directory.CreateDirectory(Path.Combine(_source, "inner"));
        File.WriteAllText(Path.Combine(_source, "inner", "a.txt"), "a");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_thread_has_a_copy_and_finds_its_own_work_in_the_next_round()
    {
        var (one, other) = (await PrepareAsync("t-1"), await PrepareAsync("t-2"));
        await File.WriteAllTextAsync(Path.Combine(one, "inner", "a.txt"), "mine", Stop);

        Assert.Equal(one, await PrepareAsync("t-1"));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(one, "inner", "a.txt"), Stop));
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(other, "inner", "a.txt"), Stop));
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(_source, "inner", "a.txt"), Stop));
    }

    [Fact]
    public async Task Links_stay_links_also_those_that_lead_nowhere_or_to_the_folder_itself()
    {
        File.CreateSymbolicLink(Path.Combine(_source, "file"), Path.Combine("inner", "a.txt"));
        File.CreateSymbolicLink(Path.Combine(_source, "nowhere"), "no-such-file");
        Directory.CreateSymbolicLink(Path.Combine(_source, "inner", "loop"), "..");

        var copy = await PrepareAsync("t");

        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(copy, "file"), Stop));
        Assert.Equal("no-such-file", new FileInfo(Path.Combine(copy, "nowhere")).LinkTarget);
        Assert.Equal("..", new DirectoryInfo(Path.Combine(copy, "inner", "loop")).LinkTarget);
    }

    [Fact]
    public async Task A_copy_that_broke_off_is_made_anew()
    {
        var part = Directory.CreateDirectory(Path.Combine(_root, "t.part")).FullName;
        await File.WriteAllTextAsync(Path.Combine(part, "half.txt"), "", Stop);

        var copy = await PrepareAsync("t");

        Assert.Equal(["inner"], Directory.EnumerateFileSystemEntries(copy).Select(Path.GetFileName));
        Assert.False(Directory.Exists(part));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_home_within_what_is_copied_is_refused_with_the_remedy(string end)
    {
        var copies = new FolderCopies(_source + end, Path.Combine(_source, ".mesh", "agents", "a", "workspaces"));

        var refused = await Assert.ThrowsAsync<WorkspaceException>(() => copies.PrepareAsync(Thread("t"), Stop));

        Assert.Contains("MESH_HOME", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_source, ".mesh")));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../elsewhere")]
    [InlineData("/etc")]
    public async Task No_thread_names_a_folder_elsewhere(string threadId) =>
        Assert.Equal(_root, Path.GetDirectoryName(Path.GetFullPath(await PrepareAsync(threadId))));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ThreadView Thread(string id) => Sample.Thread() with { ThreadId = id };

    private Task<string> PrepareAsync(string threadId) => new FolderCopies(_source, _root).PrepareAsync(Thread(threadId), Stop);
}
