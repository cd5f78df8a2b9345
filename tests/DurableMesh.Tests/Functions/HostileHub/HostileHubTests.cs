using System.Globalization;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// Threads survive whatever a Functions host may do to them. <c>DURABLEMESH_HOSTILE_SEEDS=FROM-TO</c> runs more seeds.
/// </summary>
public sealed class HostileHubTests
{
    private const int SeedsOfEveryRun = 100;

    [Fact]
    public async Task No_acknowledged_message_is_lost_or_doubled_and_every_thread_passes_with_its_evidence()
    {
        var (first, last) = Seeds();
        var failed = new List<string>();
        var taken = new Dictionary<string, int>();
        for (var seed = first; seed <= last; seed++)
        {
            var (violations, liberties) = await HostileMesh.RunAsync(seed);
            failed.AddRange(violations.Select(violation => $"seed {seed}: {violation}"));
            foreach (var (liberty, times) in liberties)
            {
                taken[liberty] = taken.GetValueOrDefault(liberty) + times;
            }
        }

        Assert.True(failed.Count == 0, string.Join(Environment.NewLine, failed));
        Assert.Equal(7, taken.Count(liberty => liberty.Value > (last - first) / 2));
    }

    private static (int First, int Last) Seeds() =>
        Environment.GetEnvironmentVariable("DURABLEMESH_HOSTILE_SEEDS")?.Split('-') is [var first, var last]
            ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture))
            : (1, SeedsOfEveryRun);
}
