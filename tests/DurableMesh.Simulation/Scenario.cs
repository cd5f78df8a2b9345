using DurableMesh.Simulation.Faults;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;
using DurableMesh.TaskHub;

namespace DurableMesh.Simulation;

/// <summary>All that a seed decides before a run begins. A run of the same scenario is the same run.</summary>
internal sealed record Scenario(ulong Seed)
{
    // Most commits take several of these, and a segment must take a whole commit.
    private const int SmallBlock = 1024;

    private static readonly StepKind[] Sociable = [StepKind.Wait, StepKind.Wait, StepKind.Send, StepKind.Send, StepKind.Child];

    /// <summary>The names that events have.</summary>
    public static readonly IReadOnlyList<string> EventNames = ["a", "b"];

    /// <summary>The instances that clients know of.</summary>
    public required IReadOnlyList<string> Instances { get; init; }

    /// <summary>How many hosts there are at the beginning.</summary>
    public required int Hosts { get; init; }

    /// <summary>How often a piece of work runs out of its turn, 0-1.</summary>
    public required double Disorder { get; init; }

    /// <summary>How long a lease lives.</summary>
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>The largest block that the storage takes, in bytes.</summary>
    public required int BlockBytes { get; init; }

    /// <summary>How many blocks a log segment is to have at most.</summary>
    public required int SegmentBlocks { get; init; }

    /// <summary>At how many blocks the storage really refuses the next one.</summary>
    public required int ServiceBlocks { get; init; }

    /// <summary>How the engine is set up: how often it makes checkpoints, how soon instances leave the memory.</summary>
    public required TaskHubOptions Options { get; init; }

    /// <summary>How likely the storage fails.</summary>
    public required StorageMood Mood { get; init; }

    /// <summary>What clients ask for.</summary>
    public required IReadOnlyList<ClientOperation> Operations { get; init; }

    /// <summary>What goes wrong.</summary>
    public required IReadOnlyList<Disturbance> Disturbances { get; init; }

    /// <summary>Whether the storage forgets in the middle of a checkpoint, where there is one.</summary>
    public bool ForgetsInCheckpoints { get; init; }

    /// <summary>Whether the storage forgets all that it may, where it forgets.</summary>
    public bool ForgetsAll { get; init; }

    /// <summary>Whether hosts can see what the storage has saved, as they can of an Azurite of their own.</summary>
    public bool ShowsSaves { get; init; }

    /// <summary>How likely a host dies soon after a checkpoint of its has come to count.</summary>
    public double CrashAfterCheckpoint { get; init; }

    /// <summary>At how many steps of the machine a run is given up.</summary>
    public long MostSteps { get; init; } = 5_000_000;

    /// <summary>
    /// The scenario of a seed: some minutes of a busy hub. Some seeds bring together what meets by chance too seldom.
    /// </summary>
    public static Scenario Of(ulong seed)
    {
        var random = new SeededRandom(seed, stream: 5);
        return (seed % 16) switch
        {
            2 => WithBusyCheckpoints(Usual(seed), random),
            4 or 12 => WithIdleTimes(Usual(seed), random),
            6 => WithFullDisk(Usual(seed), random),
            7 or 11 or 14 => WithSleepers(Usual(seed), random),
            9 or 13 => WithForgottenCheckpoints(Usual(seed), random),
            10 when seed % 64 == 10 => WithForgottenBeginning(Usual(seed), random),
            _ => Usual(seed),
        };
    }

    private static Scenario Usual(ulong seed)
    {
        var random = new SeededRandom(seed, stream: 1);
        string[] instances = [.. Enumerable.Range(0, random.Between(1, 8)).Select(number => $"i{number}")];
        bool calm = random.Chance(0.1);
        int blockBytes = random.Pick(SmallBlock, 4 * 1024 * 1024, 4 * 1024 * 1024);
        return new Scenario(seed)
        {
            Instances = instances,
            Hosts = random.Chance(0.3) ? 2 : 1,
            Disorder = random.Pick(0, 0.1, 0.5),
            Options = OptionsOf(random),
            LeaseDuration = TimeSpan.FromSeconds(random.Between(6, 15)),
            BlockBytes = blockBytes,
            SegmentBlocks = blockBytes == SmallBlock ? 1000 : random.Pick(4, 20, 1000),
            ServiceBlocks = blockBytes == SmallBlock ? 200 : random.Pick(6, 25, 2000),
            Mood = calm ? new StorageMood() : MoodOf(random),
            Operations = new WorkloadGenerator(random, instances).Operations(random.Between(10, 50)),
            Disturbances = calm ? [] : [.. DisturbancesOf(random, random.Between(0, 6))],
        };
    }

    /// <summary>A long scenario of a seed: hours of a hub that is busy now and then.</summary>
    public static Scenario Soak(ulong seed, int hours)
    {
        const int operationsAnHour = 240, disturbancesAnHour = 20;
        var random = new SeededRandom(seed, stream: 4);
        Scenario usual = Of(seed);
        DisturbanceKind[] kinds = [.. UsualKinds()];
        return usual with
        {
            Mood = MoodOf(random) with { LoseLease = 0.0002, Crash = 0.0002 },
            MostSteps = usual.MostSteps * hours,
            Operations =
            [
                .. from operation in new WorkloadGenerator(random, usual.Instances).Operations(hours * operationsAnHour)
                   select operation with
                   {
                       Client = 0,
                       Pause = TimeSpan.FromMilliseconds(random.Below(2 * 3_600_000 / operationsAnHour)),
                   },
            ],
            Disturbances =
            [
                .. from number in Enumerable.Range(0, hours * disturbancesAnHour)
                   select new Disturbance(
                       number,
                       random.Pick(kinds),
                       TimeSpan.FromMilliseconds(random.Below(2 * 3_600_000 / disturbancesAnHour)),
                       random.Below(40),
                       random.Below(16),
                       TimeSpan.FromMilliseconds(random.Between(1, 60_000))),
            ],
        };
    }

    /// <summary>Few instances have much to do while checkpoints are made, after which hosts often die.</summary>
    private static Scenario WithBusyCheckpoints(Scenario usual, SeededRandom random)
    {
        const int operations = 1_000, clients = 8, longestPause = 200;
        string[] instances = [.. usual.Instances.Take(random.Between(1, 4))];
        IReadOnlyList<StepKind>? steps = random.Chance(0.5) ? Sociable : null;
        return usual with
        {
            Instances = instances,
            Options = OftenCheckpointed(usual.Options),
            Mood = usual.Mood with { SlowRead = 0.5, Latency = TimeSpan.FromMilliseconds(random.Pick(100, 1_000)) },
            CrashAfterCheckpoint = 0.3,
            Operations =
            [
                .. from operation in new WorkloadGenerator(random, instances, steps).Operations(operations)
                   select operation with
                   {
                       Client = operation.Number % clients,
                       Pause = TimeSpan.FromMilliseconds(random.Below(longestPause)),
                   },
            ],
        };
    }

    /// <summary>
    /// Instances that send one another much leave the memory between the requests, and come back slowly; hosts often die after
    /// checkpoints.
    /// </summary>
    private static Scenario WithIdleTimes(Scenario usual, SeededRandom random) => usual with
    {
        Options = OftenCheckpointed(usual.Options),
        Mood = usual.Mood with { SlowRead = 0.5, Crash = 0.003 },
        CrashAfterCheckpoint = random.Pick(0, 0.2),
        Operations =
        [
            .. from operation in new WorkloadGenerator(random, usual.Instances, Sociable).Operations(usual.Operations.Count)
               select random.Chance(0.2) ? operation with { Pause = TimeSpan.FromSeconds(random.Between(5, 25)) } : operation,
        ],
    };

    /// <summary>
    /// One host after the other stands still for longer than its lease lasts, while the other one goes on and is asked.
    /// </summary>
    private static Scenario WithSleepers(Scenario usual, SeededRandom random)
    {
        const int operations = 60, clients = 4, longestPause = 5_000;
        TimeSpan sleep = usual.LeaseDuration + TimeSpan.FromMilliseconds(random.Between(longestPause, 3 * longestPause));
        string[] instances = [.. usual.Instances.Take(random.Between(1, 3))];
        return usual with
        {
            Hosts = 2,
            Instances = instances,
            Operations =
            [
                .. from operation in new WorkloadGenerator(random, instances).Operations(operations)
                   select operation with
                   {
                       Client = operation.Number % clients,
                       Kind = random.Chance(0.3) ? OperationKind.List : operation.Kind,
                       Pause = TimeSpan.FromMilliseconds(random.Below(longestPause)),
                   },
            ],
            Disturbances =
            [
                .. from number in Enumerable.Range(0, random.Between(3, 5))
                   select new Disturbance(
                       number,
                       DisturbanceKind.Pause,
                       (number == 0 ? TimeSpan.Zero : sleep) + TimeSpan.FromMilliseconds(random.Below(2 * longestPause)),
                       random.Below(40),
                       random.Below(16),
                       sleep),
            ],
        };
    }

    /// <summary>The storage forgets checkpoints while the next one is made.</summary>
    private static Scenario WithForgottenCheckpoints(Scenario usual, SeededRandom random) => usual with
    {
        Hosts = 1,
        Options = OftenCheckpointed(usual.Options),
        ForgetsInCheckpoints = true,
        Disturbances =
        [
            .. from number in Enumerable.Range(0, random.Between(1, 4))
               select new Disturbance(
                   number,
                   DisturbanceKind.Forget,
                   TimeSpan.FromMilliseconds(random.Below(10_000)),
                   random.Below(40),
                   0,
                   new TimeSpan(random.Below(1_000))),
        ],
    };

    /// <summary>The storage forgets a young hub as a whole, whose segments are short.</summary>
    private static Scenario WithForgottenBeginning(Scenario usual, SeededRandom random) => usual with
    {
        Hosts = 1,
        BlockBytes = 4 * 1024 * 1024,
        SegmentBlocks = random.Between(2, 4),
        ServiceBlocks = 6,
        ForgetsAll = true,
        Disturbances =
        [
            .. from number in Enumerable.Range(0, random.Between(1, 4))
               select new Disturbance(
                   number,
                   DisturbanceKind.Forget,
                   TimeSpan.FromMilliseconds(random.Between(1, 1_200)),
                   random.Below(40),
                   0,
                   TimeSpan.Zero),
        ],
    };

    /// <summary>The storage's disk is full for a while, and what was acknowledged meanwhile is forgotten.</summary>
    private static Scenario WithFullDisk(Scenario usual, SeededRandom random)
    {
        const int operations = 60, longestPause = 3_000;
        return usual with
        {
            Hosts = 1,
            ShowsSaves = true,
            Options = random.Chance(0.5) ? OftenCheckpointed(usual.Options) : usual.Options,
            Mood = usual.Mood with { Crash = 0, LoseLease = 0, Tear = 0 },
            Operations =
            [
                .. from operation in new WorkloadGenerator(random, usual.Instances).Operations(operations)
                   select operation with { Pause = TimeSpan.FromMilliseconds(random.Below(longestPause)) },
            ],
            Disturbances =
            [
                .. from number in Enumerable.Range(0, random.Between(1, 3))
                   select new Disturbance(
                       number,
                       DisturbanceKind.FullDisk,
                       TimeSpan.FromMilliseconds(random.Below(20_000)),
                       random.Below(40),
                       0,
                       TimeSpan.FromMilliseconds(random.Between(5_000, 60_000))),
            ],
        };
    }

    /// <summary>All but those that want a scenario of their own.</summary>
    private static IEnumerable<DisturbanceKind> UsualKinds() =>
        Enum.GetValues<DisturbanceKind>().Where(kind => kind is not DisturbanceKind.FullDisk);

    private static TaskHubOptions OftenCheckpointed(TaskHubOptions options) => new()
    {
        PartitionCount = options.PartitionCount,
        MaxConcurrentActivities = options.MaxConcurrentActivities,
        LiveIdleTimeout = TimeSpan.FromMilliseconds(1),
        ResidentIdleTimeout = TimeSpan.FromMilliseconds(1),
        CheckpointInterval = TimeSpan.FromMilliseconds(500),
        CommitLinger = options.CommitLinger,
    };

    private static TaskHubOptions OptionsOf(SeededRandom random) => new()
    {
        PartitionCount = random.Between(1, 3),
        MaxConcurrentActivities = random.Pick(1, 2, 64),
        LiveIdleTimeout = TimeSpan.FromMilliseconds(random.Pick(1, 500, 30_000)),
        ResidentIdleTimeout = TimeSpan.FromMilliseconds(random.Pick(1, 1_000, 60_000)),
        ResidentBytes = random.Pick(1, 8_000, 512_000_000),
        CheckpointBytes = random.Pick(500, 5_000, 16_000_000),
        CheckpointInterval = TimeSpan.FromMilliseconds(random.Pick(500, 5_000, 60_000)),
        CommitLinger = TimeSpan.FromMilliseconds(random.Pick(0, 20, 500)),
        MaximumPendingBytes = random.Pick(2_000, 64_000_000),
    };

    // Each kind of fault is absent from some seeds, so that it cannot hide what happens without it.
    private static StorageMood MoodOf(SeededRandom random) => new()
    {
        FailBefore = random.Pick(0, 0.01, 0.05),
        FailAfter = random.Pick(0, 0.01, 0.05),
        Tear = random.Pick(0, 0, 0.02),
        LoseLease = random.Pick(0, 0, 0.002),
        Crash = random.Pick(0, 0, 0.003),
        Latency = TimeSpan.FromMilliseconds(random.Pick(0, 3, 30)),
    };

    private static IEnumerable<Disturbance> DisturbancesOf(SeededRandom random, int count)
    {
        DisturbanceKind[] all = [.. UsualKinds()];
        DisturbanceKind[] kinds = [.. Enumerable.Range(0, random.Between(1, 4)).Select(_ => random.Pick(all))];
        for (int number = 0; number < count; number++)
        {
            DisturbanceKind kind = random.Pick(kinds);
            TimeSpan duration = kind is DisturbanceKind.Jump && random.Chance(0.3)
                ? TimeSpan.FromMinutes(random.Between(1, 120))
                : TimeSpan.FromMilliseconds(random.Between(1, random.Pick(500, 5_000, 30_000)));
            yield return new Disturbance(
                number,
                kind,
                TimeSpan.FromMilliseconds(random.Between(1, random.Pick(200, 3_000, 20_000))),
                random.Below(40),
                random.Below(16),
                duration);
        }
    }
}
