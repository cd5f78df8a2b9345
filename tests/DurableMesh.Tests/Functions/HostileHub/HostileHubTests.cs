using System.Globalization;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// Threads and workflows survive whatever a Functions host may do to them.
/// <c>DURABLEMESH_HOSTILE_SEEDS=FROM-TO</c> runs more seeds.
/// </summary>
public sealed class HostileHubTests
{
    private const int SeedsOfEveryRun = 100;
    private const int SeedsOfWorkflows = 40;
    private const string Terminated = HostileHub.Terminated;

    [Fact]
    public async Task No_acknowledged_message_is_lost_or_doubled_and_every_thread_passes_with_its_evidence()
    {
        var (first, last) = Seeds(SeedsOfEveryRun);
        var taken = await StormAsync(first, last, workflows: false);
        Assert.Equal(7, taken.Count(liberty => liberty.Value > (last - first) / 2));
    }

    [Fact]
    public async Task Every_step_of_a_workflow_is_taken_once_a_try_and_every_run_ends_with_evidence_of_all_its_threads()
    {
        var (first, last) = Seeds(SeedsOfWorkflows);
        var taken = await StormAsync(first, last, workflows: true);
        Assert.Equal(8, taken.Count(liberty => liberty.Value > (last - first) / 2 && liberty.Key != Terminated));
        Assert.True(taken[Terminated] > (last - first) / 10);
    }

    private static async Task<Dictionary<string, int>> StormAsync(int first, int last, bool workflows)
    {
        var failed = new List<string>();
        var taken = new Dictionary<string, int>();
        for (var seed = first; seed <= last; seed++)
        {
            var (violations, liberties) = await HostileMesh.RunAsync(seed, workflows);
            failed.AddRange(violations.Select(violation => $"seed {seed}: {violation}"));
            foreach (var (liberty, times) in liberties)
            {
                taken[liberty] = taken.GetValueOrDefault(liberty) + times;
            }
        }

        Assert.True(failed.Count == 0, string.Join(Environment.NewLine, failed));
        return taken;
    }

    private static (int First, int Last) Seeds(int ofEveryRun) =>
        Environment.GetEnvironmentVariable("DURABLEMESH_HOSTILE_SEEDS")?.Split('-') is [var first, var last]
            ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture))
            : (1, ofEveryRun);
}
