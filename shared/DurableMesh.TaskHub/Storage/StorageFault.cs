namespace DurableMesh.TaskHub.Storage;

/// <summary>The calls of the storage port, as a fault plan sees them.</summary>
internal enum StorageOperation
{
    EnsureHub,
    AcquireLease,
    RenewLease,
    ReleaseLease,
    ListSegments,
    CreateSegment,
    Append,
    Read,
    DeleteSegment,
    WriteCheckpointFile,
    ReadCheckpointFile,
    ListCheckpointFiles,
    DeleteCheckpointFile,
}

/// <summary>One call on an <see cref="InMemoryHubStorage"/>, about to be carried out.</summary>
/// <param name="Operation">What is called.</param>
/// <param name="Partition">The partition, or -1 for a call on the hub.</param>
/// <param name="Number">The log segment or checkpoint file, where the call names one.</param>
/// <param name="Nth">From 1: which call of this operation on this partition through this host's handle it is.</param>
internal readonly record struct StorageCall(StorageOperation Operation, int Partition, long? Number, int Nth);

/// <summary>Decides what goes wrong with a call. Runs synchronously before each one.</summary>
internal delegate StorageFault StorageFaultPlan(StorageCall call);

/// <summary>What goes wrong with one call: first the waits, then the outcome.</summary>
internal sealed record StorageFault
{
    /// <summary>Nothing goes wrong.</summary>
    public static readonly StorageFault None = new(FaultOutcome.Success);

    /// <summary>Nothing happens, and the caller meets a <see cref="StorageUnavailableException"/>.</summary>
    public static readonly StorageFault FailBefore = new(FaultOutcome.FailBefore);

    /// <summary>It happens, but its answer is lost: the caller meets a <see cref="StorageUnavailableException"/>.</summary>
    public static readonly StorageFault FailAfter = new(FaultOutcome.FailAfter);

    /// <summary>The lease is taken away first: the call and all later ones meet a <see cref="LeaseLostException"/>.</summary>
    public static readonly StorageFault LoseLease = new(FaultOutcome.LoseLease);

    private StorageFault(FaultOutcome outcome) => Outcome = outcome;

    /// <summary>How the call ends.</summary>
    public FaultOutcome Outcome { get; }

    /// <summary>How many bytes of the block a torn append leaves behind.</summary>
    public int KeptBytes { get; private init; }

    /// <summary>The call waits this long, by the store's clock, before anything happens.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>The call waits for this before anything happens.</summary>
    public Task Gate { get; private init; } = Task.CompletedTask;

    /// <summary>An append stores the first <paramref name="keptBytes"/> bytes of its block only; its answer is lost.</summary>
    public static StorageFault Tear(int keptBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keptBytes);
        return new StorageFault(FaultOutcome.Tear) { KeptBytes = keptBytes };
    }

    /// <summary>The same fault, but later.</summary>
    public StorageFault After(TimeSpan delay) => this with { Delay = delay };

    /// <summary>The same fault, but only when <paramref name="gate"/> completes.</summary>
    public StorageFault After(Task gate) => this with { Gate = gate };
}

/// <summary>How a call under a fault plan ends.</summary>
internal enum FaultOutcome
{
    Success,
    FailBefore,
    FailAfter,
    LoseLease,
    Tear,
}
