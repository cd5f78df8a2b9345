using System.Diagnostics;
using DurableMesh.Agents.Runs;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Workspaces;

public sealed class GitWorktreesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-worktrees-").FullName;
    private readonly string _repository;
    private readonly string _root;
    private readonly GitWorktrees _worktrees;

    public GitWorktreesTests()
    {
        (_repository, _root) = (Path.Combine(_folder, "repository"), Path.Combine(_folder, "home", "workspaces"));
        Directory.CreateDirectory(_repository);
        File.WriteAllText(Path.Combine(_repository, "a.txt"), "a\n");
        Git(_repository, "init", "--quiet");
        Git(_repository, "add", ".");
        Commit(_repository, "first");
        _worktrees = new GitWorktrees(_repository, _root, "a.b");
    }

    public void Dispose()
    {
        _worktrees.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Two_threads_side_by_side_have_folders_of_their_own_and_the_same_ones_in_the_next_round()
    {
        var folders = await Task.WhenAll(PrepareAsync("t-1"), PrepareAsync("t-2"));
        await File.WriteAllTextAsync(Path.Combine(folders[0], "a.txt"), "mine\n", Stop);

        Assert.Equal((folders[0], folders[1]), (await PrepareAsync("t-1"), await PrepareAsync("t-2")));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(folders[0], "a.txt"), Stop));
        Assert.Equal("a\n", await File.ReadAllTextAsync(Path.Combine(folders[1], "a.txt"), Stop));
        Assert.Equal("a\n", await File.ReadAllTextAsync(Path.Combine(_repository, "a.txt"), Stop));
        Assert.Equal("mesh/a%2Eb/t-1", Git(folders[0], "branch", "--show-current"));
    }

    [Fact]
    public async Task A_clean_one_goes_with_its_thread_and_one_with_work_stays()
    {
        var (clean, changed, committed) =
            (await PrepareAsync("clean"), await PrepareAsync("changed"), await PrepareAsync("committed"));
        await File.WriteAllTextAsync(Path.Combine(changed, "new.txt"), "", Stop);
        Commit(committed, "work of one");

        // A repository may be set to keep no reflog, and its work is no less work.
        Git(_repository, "config", "core.logAllRefUpdates", "false");
        var unlogged = await PrepareAsync("unlogged");
        Commit(unlogged, "work of another");
        var detached = await PrepareAsync("detached");
        Git(detached, "checkout", "--quiet", "--detach");
        Commit(detached, "work on no branch");

        foreach (var thread in new[] { "clean", "changed", "committed", "unlogged", "detached", "never-seen" })
        {
            await _worktrees.ReleaseAsync(thread, Stop);
        }

        Assert.False(Directory.Exists(clean));
        Assert.All([changed, committed, unlogged, detached], folder => Assert.True(Directory.Exists(folder), folder));
        Assert.Equal(
            ["changed", "committed", "detached", "unlogged"],
            Git(_repository, "for-each-ref", "--format=%(refname:lstrip=4)", "refs/heads/mesh").Split('\n'));
    }

    [Fact]
    public async Task Work_that_was_merged_needs_its_worktree_no_more()
    {
        var folder = await PrepareAsync("t");
        Commit(folder, "work");
        Git(_repository, "merge", "--quiet", "mesh/a%2Eb/t");

        await _worktrees.ReleaseAsync("t", Stop);

        Assert.False(Directory.Exists(folder));
        Assert.Equal("work", Git(_repository, "log", "-1", "--format=%s"));
    }

    [Fact]
    public async Task A_worktree_that_somebody_deleted_comes_back_with_its_commits()
    {
        var folder = await PrepareAsync("t");
        Commit(folder, "work");
        Directory.Delete(folder, recursive: true);

        Assert.Equal(folder, await PrepareAsync("t"));

        Assert.Equal("work", Git(folder, "log", "-1", "--format=%s"));
    }

    [Fact]
    public async Task A_folder_that_is_no_repository_is_said_to_be_none()
    {
        var plain = Directory.CreateDirectory(Path.Combine(_folder, "plain")).FullName;
        using var worktrees = new GitWorktrees(plain, _root, "a");

        var refused = await Assert.ThrowsAsync<WorkspaceException>(() => worktrees.PrepareAsync(Thread("t"), Stop));

        Assert.Contains(plain, refused.Message, StringComparison.Ordinal);
        Assert.Contains("not a git repository", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../elsewhere")]
    [InlineData("--force")]
    [InlineData("a..b.lock")]
    public async Task No_thread_names_a_folder_elsewhere(string threadId)
    {
        var folder = await PrepareAsync(threadId);

        Assert.Equal(_root, Path.GetDirectoryName(Path.GetFullPath(folder)));
        Assert.Equal("a\n", await File.ReadAllTextAsync(Path.Combine(folder, "a.txt"), Stop));
        await _worktrees.ReleaseAsync(threadId, Stop);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Four_parallel_threads_of_a_runner_work_in_four_folders()
    {
        await using var mesh = await FakeMesh.StartAsync();
        var threads = Enumerable.Range(0, 4).Select(_ => mesh.Open().ThreadId).ToList();
        foreach (var thread in threads)
        {
            mesh.Send(thread, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        }

        // Each command leaves its mark where it works, waits until all four have done so, and says what it sees there.
        var marks = Directory.CreateDirectory(Path.Combine(_folder, "marks")).FullName;
        await using var desk = new AgentDesk(
            mesh,
            $$"""
            touch seen-$MESH_THREAD {{marks}}/$MESH_THREAD
            until [ $(ls {{marks}} | wc -l) -ge 4 ]; do sleep 0.02; done
            echo "{\"kind\":\"verdict\",\"verdict\":\"fail\",\"body\":\"$(ls seen-* | tr '\n' ' ')\"}" >> $MESH_REPLY
            """,
            _folder,
            change: options => options with { Parallel = 4, Workspaces = _worktrees }).Start();

        await mesh.UntilAsync(messages => messages.Count(message => message.Kind == MessageKind.Verdict) == 4, Stop);

        Assert.Equal(
            threads.Select(thread => (thread, $"seen-{thread} ")).Order(),
            mesh.Messages.Where(message => message.Kind == MessageKind.Verdict)
                .Select(message => (message.ThreadId, message.Body!.ToDisplayText())).Order());
        Assert.Equal(RunState.Done, (await DoneAsync(desk, threads[0])).State);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<RunRecord> DoneAsync(AgentDesk desk, string thread)
    {
        await desk.UntilAsync(thread, RunState.Done);
        return desk.Journal.Read(thread);
    }

    private static ThreadView Thread(string id) => Sample.Thread() with { ThreadId = id };

    private static void Commit(string folder, string subject) =>
        Git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--allow-empty", "-m", subject);

    private static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        var (output, error) = (git.StandardOutput.ReadToEnd(), git.StandardError.ReadToEnd());
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error}");
        return output.Trim();
    }

    private Task<string> PrepareAsync(string threadId) => _worktrees.PrepareAsync(Thread(threadId), Stop);
}
