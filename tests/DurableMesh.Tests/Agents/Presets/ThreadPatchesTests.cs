using DurableMesh.Agents;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Presets;

/// <summary>Two working copies on what could be two machines, and the mesh between them.</summary>
public sealed class ThreadPatchesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-patch-").FullName;
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await FakeMesh.StartAsync();
        await GitAsync(_folder, "init", "--quiet", "library");
        await File.WriteAllTextAsync(Path.Combine(Library, "reader.txt"), "one\ntwo\n", Stop);
        await GitAsync(Library, "add", ".");
        await GitAsync(
            Library, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "begin");
    }

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Each_rounds_patch_is_laid_out_anew_in_the_verifiers_worktree()
    {
        var thread = _mesh.Open();
        using var worktrees = new GitWorktrees(Library, Path.Combine(_folder, "verifier"));
        var worktree = await worktrees.PrepareAsync(thread, Stop);
        var patches = new ThreadPatches(MeshClient.Connect(new Uri(_mesh.Url)));

        foreach (var word in new[] { "TWO", "Zwei" })
        {
            var patch = Path.Combine(_folder, "changes.patch");
            await File.WriteAllTextAsync(
                patch, $"--- a/reader.txt\n+++ b/reader.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+{word}\n", Stop);
            var run = Run(thread, worktree, await patches.AttachAsync(Run(thread, worktree, []), [patch], Stop));

            await patches.ReceiveAsync(run, Stop);

            Assert.Equal($"one\n{word}\n", await File.ReadAllTextAsync(Path.Combine(worktree, "reader.txt"), Stop));
            await File.WriteAllTextAsync(Path.Combine(worktree, "left-by-the-verifier"), "x", Stop);
        }

        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(Path.Combine(Library, "reader.txt"), Stop));
    }

    [Fact]
    public async Task A_folder_that_is_somebodys_own_is_left_as_it_is()
    {
        var thread = _mesh.Open();
        var patches = new ThreadPatches(MeshClient.Connect(new Uri(_mesh.Url)));
        await File.WriteAllTextAsync(Path.Combine(Library, "mine.txt"), "not committed", Stop);
        var patch = Path.Combine(_folder, "changes.patch");
        await File.WriteAllTextAsync(patch, "--- a/reader.txt\n+++ b/reader.txt\n@@ -1 +1 @@\n-one\n+ONE\n", Stop);
        var run = Run(thread, Library, await patches.AttachAsync(Run(thread, Library, []), [patch], Stop));

        await patches.ReceiveAsync(run, Stop);

        Assert.True(File.Exists(Path.Combine(Library, "mine.txt")));
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(Path.Combine(Library, "reader.txt"), Stop));
    }

    [Fact]
    public async Task A_patch_that_does_not_fit_is_said()
    {
        var thread = _mesh.Open();
        using var worktrees = new GitWorktrees(Library, Path.Combine(_folder, "verifier"));
        var worktree = await worktrees.PrepareAsync(thread, Stop);
        var patches = new ThreadPatches(MeshClient.Connect(new Uri(_mesh.Url)));
        var patch = Path.Combine(_folder, "changes.patch");
        await File.WriteAllTextAsync(patch, "--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n-one\n+ONE\n", Stop);
        var run = Run(thread, worktree, await patches.AttachAsync(Run(thread, worktree, []), [patch], Stop));

        var failure = await Assert.ThrowsAsync<IOException>(() => patches.ReceiveAsync(run, Stop));

        Assert.Contains("git apply", failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Library => Path.Combine(_folder, "library");

    private static FakeRun Run(ThreadView thread, string folder, IReadOnlyList<Artifact> artifacts)
    {
        var submission = Sample.Message(MessageKind.Submission) with { ThreadId = thread.ThreadId, Artifacts = artifacts };
        return new FakeRun(
            Sample.Builder, new AgentTurn(thread, Sample.Message(MessageKind.Brief), submission, [submission]), folder);
    }

    private static async Task GitAsync(string folder, params string[] arguments)
    {
        var end = await new ProgramRunner(Guid.NewGuid().ToString("N")).RunAsync(
            new ProgramStart { FileName = "git", Arguments = arguments, Folder = folder }, Stop);
        Assert.True(end.ExitCode == 0, end.ErrorTail);
    }
}
