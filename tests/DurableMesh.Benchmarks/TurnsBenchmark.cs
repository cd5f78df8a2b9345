using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>What a turn late in a long dialogue costs beside an early one of the same dialogue.</summary>
internal static class TurnsBenchmark
{
    private const int Turns = 1000;
    private static readonly Range Early = 5..15;

    // The very last turn also ends the dialogue, which is no part of a turn.
    private static readonly Range Late = (Turns - 11)..(Turns - 1);

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int dialogues = arguments.Number("dialogues", 15);
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(arguments.Has("memory"), cancellation);
        await using DialogueHub hub = await DialogueHub.StartAsync(storage.NewHub(), partitions: 1, cancellation);
        Console.WriteLine(
            $"turns: {storage.Name}, {dialogues} dialogues of {Turns:N0} turns one after the other, "
            + BenchmarkMachine.Describe());
        Console.WriteLine("per turn, median over the dialogues of the mean over the window");
        Console.WriteLine();

        // Compiled code and open connections are not what is measured.
        await DriveAsync(hub, "warm-up", cancellation);
        var early = new List<Cost>();
        var late = new List<Cost>();
        for (int number = 0; number < dialogues; number++)
        {
            Progress.Say($"dialogue {number + 1} of {dialogues}");
            (Cost first, Cost last) = await DriveAsync(hub, $"dialogue-{number}", cancellation);
            early.Add(first);
            late.Add(last);
        }

        (Cost before, Cost after) = (Cost.MedianOf(early), Cost.MedianOf(late));
        Console.WriteLine("turns          ms   bytes written   bytes allocated");
        Print($"{Early.Start}-{Early.End}", before);
        Print($"{Late.Start}-{Late.End}", after);
        Console.WriteLine();
        Target.AtMost("time, late / early", after.Milliseconds / before.Milliseconds, 1.2);
        Target.AtMost("bytes written, late / early", after.Written / before.Written, 1.2);
        Target.AtMost("bytes allocated, late / early", after.Allocated / before.Allocated, 1.2);
    }

    private static async Task<(Cost Early, Cost Late)> DriveAsync(DialogueHub hub, string id, CancellationToken cancellation)
    {
        await hub.BeginAsync(id, Turns, cancellation);
        await TakeTurnsAsync(hub, id, 0..Early.Start.Value, cancellation);
        Cost early = await MeasureAsync(hub, id, Early, cancellation);
        await TakeTurnsAsync(hub, id, Early.End.Value..Late.Start.Value, cancellation);
        Cost late = await MeasureAsync(hub, id, Late, cancellation);
        await TakeTurnsAsync(hub, id, Late.End.Value..Turns, cancellation);
        return (early, late);
    }

    private static async Task<Cost> MeasureAsync(DialogueHub hub, string id, Range window, CancellationToken cancellation)
    {
        (_, long written) = hub.Written;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();
        await TakeTurnsAsync(hub, id, window, cancellation);
        double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        double turns = window.End.Value - window.Start.Value;
        return new Cost(
            milliseconds / turns,
            (hub.Written.Bytes - written) / turns,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / turns);
    }

    /// <summary>Takes turns, each to its very end, so that none leaves a part of its cost to the next window.</summary>
    private static async Task TakeTurnsAsync(DialogueHub hub, string id, Range window, CancellationToken cancellation)
    {
        for (int turn = window.Start.Value + 1; turn <= window.End.Value; turn++)
        {
            await hub.TakeTurnAsync(id, cancellation);
            await hub.WhenDurableAsync(id, turn, cancellation);
        }
    }

    private static void Print(string window, Cost cost) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{window,-9} {cost.Milliseconds,7:N3} {cost.Written,15:N0} {cost.Allocated,17:N0}"));

    /// <summary>What one turn costs.</summary>
    private readonly record struct Cost(double Milliseconds, double Written, double Allocated)
    {
        public static Cost MedianOf(List<Cost> costs) =>
            new(Median(costs, one => one.Milliseconds), Median(costs, one => one.Written), Median(costs, one => one.Allocated));

        private static double Median(List<Cost> costs, Func<Cost, double> figure) =>
            costs.Select(figure).Order().ElementAt(costs.Count / 2);
    }
}
