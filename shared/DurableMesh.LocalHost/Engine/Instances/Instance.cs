using System.Buffers;
using DurableMesh.LocalHost.Engine.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost.Engine.Instances;

/// <summary>One instance in memory: its state, its history as it stands in the log, and its code while it is alive.</summary>
internal sealed class Instance(string id)
{
    private ArrayBufferWriter<byte>? _history;

    /// <summary>The instance's id.</summary>
    public string Id => id;

    /// <summary>The fold of its history.</summary>
    public InstanceState State { get; } = new();

    /// <summary>Its code, replayed and waiting; null until it is needed.</summary>
    public OrchestrationExecutor? Executor { get; set; }

    /// <summary>Whether it stands in the partition's queue of instances to run.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The commit that holds the newest fact of it.</summary>
    public long LastCommit { get; set; }

    /// <summary>Callers that wait for it to reach some state.</summary>
    public List<InstanceWaiter>? Waiters { get; set; }

    /// <summary>The history of the current generation in its binary form.</summary>
    public ReadOnlySpan<byte> History => _history is null ? [] : _history.WrittenSpan;

    /// <summary>Appends the binary form of events that were applied to <see cref="State"/>.</summary>
    public void Remember(ReadOnlySpan<byte> events) => (_history ??= new ArrayBufferWriter<byte>(256)).Write(events);

    /// <summary>Forgets the history: a new generation begins, or the instance has ended and will not be replayed.</summary>
    public void Forget() => _history = null;

    /// <summary>What a client is told of it.</summary>
    /// <param name="converter">For reading input and output.</param>
    /// <param name="withData">Whether input, output and custom status are wanted.</param>
    public OrchestrationMetadata Describe(DataConverter converter, bool withData) => new(State.Name, id)
    {
        RuntimeStatus = State.Status,
        CreatedAt = new DateTimeOffset(State.CreatedAt),
        LastUpdatedAt = new DateTimeOffset(State.LastUpdatedAt),
        SerializedInput = withData ? State.Input : null,
        SerializedOutput = withData ? State.Output : null,
        SerializedCustomStatus = withData ? State.CustomStatus : null,
        FailureDetails = State.Failure,
        Tags = State.Tags ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
        DataConverter = withData ? converter : null,
    };
}

/// <summary>A caller that waits until an instance satisfies <paramref name="Condition"/>.</summary>
internal sealed record InstanceWaiter(
    Func<InstanceState, bool> Condition, bool WithData, TaskCompletionSource<OrchestrationMetadata> Answer);
