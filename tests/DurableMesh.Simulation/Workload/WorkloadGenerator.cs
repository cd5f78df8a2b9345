using System.Globalization;
using DurableMesh.Simulation.Machine;

namespace DurableMesh.Simulation.Workload;

/// <summary>Makes up what clients ask for, and the programs that they start.</summary>
/// <param name="random">Decides.</param>
/// <param name="instances">The instances that clients know of.</param>
/// <param name="steps">What programs do, each as often as it is named; null: some of everything.</param>
internal sealed class WorkloadGenerator(
    SeededRandom random, IReadOnlyList<string> instances, IReadOnlyList<StepKind>? steps = null)
{
    private const int DeepestChild = 2;

    // What a client asks for mostly, and what it asks for now and then.
    private static readonly OperationKind[] Usual =
        [OperationKind.Start, OperationKind.Raise, OperationKind.Raise, OperationKind.Raise];
    private static readonly OperationKind[] Seldom = Enum.GetValues<OperationKind>();

    private static readonly StepKind[] SomeOfEverything =
    [
        StepKind.Wait, StepKind.Wait, StepKind.Race, StepKind.Activity, StepKind.Fan,
        StepKind.Timer, StepKind.Child, StepKind.Send, StepKind.Again, StepKind.Status,
    ];

    private readonly int _slowness = random.Pick(20, 300, 3_000);
    private readonly int _clients = random.Between(1, 3);
    private int _scripts;
    private string _lastEvent = "e0";

    /// <summary>A number of operations.</summary>
    public IReadOnlyList<ClientOperation> Operations(int count) => [.. Enumerable.Range(0, count).Select(Operation)];

    private ClientOperation Operation(int number)
    {
        OperationKind kind = random.Chance(0.65) ? random.Pick(Usual) : random.Pick(Seldom);
        var operation = new ClientOperation(
            number,
            random.Below(_clients),
            kind,
            random.Pick(instances),
            TimeSpan.FromMilliseconds(random.Below(_slowness)),
            random.Below(16));
        return kind switch
        {
            OperationKind.Start => operation with
            {
                Script = Script(0),
                Delay = random.Chance(0.1) ? TimeSpan.FromMilliseconds(random.Below(10_000)) : null,
            },
            OperationKind.Raise => operation with { EventName = random.Pick(Scenario.EventNames), EventId = EventId(number) },
            _ => operation,
        };
    }

    /// <summary>Mostly a new id; now and then the one before again, as a client does that has heard no answer.</summary>
    private string EventId(int number) =>
        random.Chance(0.1) ? _lastEvent : _lastEvent = string.Create(CultureInfo.InvariantCulture, $"e{number}");

    private Script Script(int depth) => new(
        string.Create(CultureInfo.InvariantCulture, $"s{_scripts++}"),
        [.. Enumerable.Range(0, random.Between(depth == 0 ? 1 : 0, 6)).Select(_ => Step(depth))],
        random.Chance(0.1));

    private Step Step(int depth)
    {
        StepKind kind = random.Pick(steps ?? SomeOfEverything);
        int milliseconds = random.Below(random.Pick(2, 500, 20_000));
        return kind switch
        {
            StepKind.Wait => new Step(kind, random.Pick(Scenario.EventNames)),
            StepKind.Race => new Step(kind, random.Pick(Scenario.EventNames), milliseconds),
            StepKind.Activity => new Step(
                kind, null, Math.Min(milliseconds, 3_000), random.Pick(0, 0, 1, 2, ScriptOrchestrator.AlwaysFails)),
            StepKind.Fan => new Step(kind, null, Math.Min(milliseconds, 1_000), random.Between(2, 4)),
            StepKind.Timer => new Step(kind, null, milliseconds),
            StepKind.Child when depth < DeepestChild => new Step(kind, ChildId(), Child: Script(depth + 1)),
            StepKind.Child => new Step(StepKind.Status),
            StepKind.Send => new Step(kind, random.Pick(instances)),
            _ => new Step(kind),
        };
    }

    /// <summary>The id of a sub-orchestration: a made-up one, or now and then one that clients use as well.</summary>
    private string? ChildId() => random.Chance(0.2) ? random.Pick(instances) : null;
}
