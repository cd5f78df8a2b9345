using System.Diagnostics;
using DurableMesh.Agents.Processes;
using DurableMesh.Tests.Functions;

namespace DurableMesh.Tests.Agents.Processes;

/// <summary>Real programs of the shell, whose children do their best to stay.</summary>
public sealed class ProgramRunnerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-program-").FullName;
    private readonly string _mark = Guid.NewGuid().ToString("N");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_hears_both_streams_and_the_exit_code_and_feeds_the_input()
    {
        var lines = new List<string>();

        var end = await RunAsync("cat; echo oh dear >&2; pwd; exit 7", input: "héllo\n", lines.Add);

        Assert.Equal((7, $"héllo\n{_folder}\n", "oh dear"), (end.ExitCode, end.Output, end.ErrorTail));
        Assert.Equal(["oh dear"], lines);
    }

    [Fact]
    public async Task Fifty_megabytes_of_output_are_bounded_and_two_thousand_rockets_on_standard_error_stay_whole()
    {
        var end = await RunAsync(
            "head -c 50000000 /dev/zero | tr '\\0' x; for i in $(seq 2000); do printf '\U0001F680' >&2; done; exit 1");

        Assert.InRange(end.Output.Length, BoundedText.Limit, BoundedText.Limit + 100);
        Assert.InRange(end.ErrorTail.Length, 1900, 2100);
        Assert.DoesNotContain(end.ErrorTail.EnumerateRunes(), rune => rune == System.Text.Rune.ReplacementChar);
    }

    [Theory]
    [InlineData("sleep 300 & echo done")]
    [InlineData("(setsid sleep 300 &) ; echo done")]
    [InlineData("nohup sh -c 'trap \"\" TERM HUP; sleep 300; sleep 300' >/dev/null 2>&1 & sleep 0.1; echo done")]
    [InlineData("setsid env -i sleep 300 & echo done")]
    public async Task A_child_that_is_left_behind_holds_nobody(string command)
    {
        var end = await RunAsync(command).WaitAsync(TimeSpan.FromSeconds(20), Stop);

        Assert.Equal((0, "done\n"), (end.ExitCode, end.Output));
        await Eventually.TrueAsync(() => Marked().Count == 0);
    }

    [Fact]
    public async Task Cancelled_it_ends_the_whole_tree_even_one_that_ignores_the_signal()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var ready = Path.Combine(_folder, "ready");
        var running = RunAsync(
            $"trap '' TERM; (trap '' TERM; touch {ready}; sleep 300; sleep 300) & sleep 300; wait", cancellation: cancel.Token);
        while (!File.Exists(ready))
        {
            await Task.Yield();
        }

        var clock = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.True(Stopwatch.GetElapsedTime(clock) < TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(() => Marked().Count == 0);
    }

    [Fact]
    public async Task What_a_killed_runner_left_is_found_by_its_mark()
    {
        using var leftover = Process.Start(
            new ProcessStartInfo("sleep", ["300"]) { Environment = { [ProcessTree.MarkVariable] = _mark } })!;
        while (Marked().Count == 0)
        {
            await Task.Yield();
        }

        await ProcessTree.EndAsync(_mark, session: 0);

        await leftover.WaitForExitAsync(Stop);
        await Eventually.TrueAsync(() => Marked().Count == 0);
    }

    [Fact]
    public async Task A_program_that_is_not_there_ends_as_in_a_shell()
    {
        var end = await new ProgramRunner(_mark).RunAsync(
            new ProgramStart { FileName = "no-such-program-anywhere", Folder = _folder }, Stop);

        Assert.Equal(ProgramRunner.NotFound, end.ExitCode);
        Assert.Contains("no-such-program-anywhere", end.ErrorTail, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<ProgramEnd> RunAsync(
        string command, string input = "", Action<string>? onErrorLine = null, CancellationToken? cancellation = null) =>
        new ProgramRunner(_mark).RunAsync(
            new ProgramStart
            {
                FileName = "/bin/sh",
                Arguments = ["-c", command],
                Folder = _folder,
                Input = input,
                OnErrorLine = onErrorLine,
            },
            cancellation ?? Stop);

    /// <summary>Those of the run's processes that live: one that was killed is gone a moment later.</summary>
    private List<string> Marked() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _) && HasMark(folder)),
    ];

    private bool HasMark(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ")).Contains(_mark, StringComparison.Ordinal)
                && !File.ReadAllText(Path.Combine(folder, "stat")).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
