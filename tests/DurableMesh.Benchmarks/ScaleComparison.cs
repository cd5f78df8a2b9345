using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>Takes turns one after the other, each with a random one of the first dialogues of a hub.</summary>
/// <returns>Milliseconds, of each turn.</returns>
internal delegate Task<IReadOnlyList<double>> TakeTurns(int turns, int among, CancellationToken cancellation);

/// <summary>
/// What many open, idle dialogues cost the others: lone turns before and after a restart, and the restart itself. Each figure is
/// held against a hub with few dialogues that lives beside the one with many, so that a busy machine slows down both.
/// </summary>
/// <param name="turns">What the benchmark calls turns.</param>
/// <param name="arrival">What it calls that with which a turn begins.</param>
/// <param name="small">Takes turns in the hub with few.</param>
/// <param name="large">Takes turns in the hub with many.</param>
internal sealed class ScaleComparison(string turns, string arrival, TakeTurns small, TakeTurns large)
{
    /// <summary>How many dialogues are few.</summary>
    public const int Few = 100;

    private const int Rounds = 4;
    private const int TurnsPerRound = 100;

    /// <summary>Measures, prints, and holds what must be reached against its targets.</summary>
    /// <param name="many">How many dialogues the large hub has.</param>
    /// <param name="restart">Restarts both hubs; seconds of the large one to ready, and to what it accepted first.</param>
    /// <param name="residentEach">KiB of resident memory for each dialogue of the large hub, after a while without work.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task RunAsync(
        int many,
        Func<Task<(double Ready, double Accepted)>> restart,
        Func<Task<double>> residentEach,
        CancellationToken cancellation)
    {
        Progress.Say(turns);
        (Latencies Few, Latencies Many) random = await CompareAsync(among: many, cancellation);
        (Latencies Few, Latencies Many) warm = await CompareAsync(among: Few, cancellation);

        Progress.Say("SIGKILL and cold restart");
        (double ready, double accepted) = await restart();
        double each = await residentEach();
        (Latencies Few, Latencies Many) cold = await CompareAsync(among: many, cancellation);

        Console.WriteLine($"lone {turns}           100 open: p50 ms   p99 ms   N open: p50 ms   p99 ms");
        Print("at random", random);
        Print("on 100 warm ones", warm);
        Print("at random, restarted", cold);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"cold restart after SIGKILL: ready after {ready:N2} s, first {arrival} accepted after {accepted:N2} s "
            + $"(the process's start included)"));
        Console.WriteLine();
        Target.AtMost("resident KiB each, idle after a restart", each, 4);
        Target.AtMost($"s to the first accepted {arrival}", accepted, many <= 10_000 ? 3 : 20);
        // Steady: the dialogues that are under way. At random nearly every one is woken from a checkpoint first, at a read each.
        double ratio = warm.Many.Percentile(0.5) / warm.Few.Percentile(0.5);
        Target.AtMost($"p50 of lone {turns} on warm ones, N open / 100 open", ratio, 1.3);
        Console.WriteLine();
    }

    /// <summary>SIGKILL and start of one hub; seconds to ready, and to what it accepted first.</summary>
    public static async Task<(double Ready, double Accepted)> RestartAsync(
        Func<Task> kill,
        Func<CancellationToken, Task> start,
        Func<CancellationToken, Task> accept,
        CancellationToken cancellation)
    {
        await kill();
        long killed = Stopwatch.GetTimestamp();
        await start(cancellation);
        double ready = Stopwatch.GetElapsedTime(killed).TotalSeconds;
        await accept(cancellation);
        return (ready, Stopwatch.GetElapsedTime(killed).TotalSeconds);
    }

    private async Task<(Latencies Few, Latencies Many)> CompareAsync(int among, CancellationToken cancellation)
    {
        (Latencies few, Latencies many) = (new Latencies(), new Latencies());
        for (int round = 0; round < Rounds; round++)
        {
            few.Add(await small(TurnsPerRound, Few, cancellation));
            many.Add(await large(TurnsPerRound, among, cancellation));
        }

        return (few, many);
    }

    private static void Print(string what, (Latencies Few, Latencies Many) taken) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-20} {taken.Few.Percentile(0.5),16:N2} {taken.Few.Percentile(0.99),8:N2} "
        + $"{taken.Many.Percentile(0.5),16:N2} {taken.Many.Percentile(0.99),8:N2}"));
}
