using System.Buffers;
using System.Diagnostics;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Instances;

/// <summary>One instance in memory: its state, its history as it stands in the log, and its code while it is alive.</summary>
internal sealed class Instance(string id, InstanceState? state = null)
{
    /// <summary>As many links as OpenTelemetry lets a span have.</summary>
    private const int MaximumCauses = 128;

    private ArrayBufferWriter<byte>? _history;
    private List<Activity>? _causes;
    private long _shareSince;
    private long _share;

    /// <summary>The instance's id.</summary>
    public string Id => id;

    /// <summary>The fold of its history.</summary>
    public InstanceState State { get; } = state ?? new InstanceState();

    /// <summary>Its code, replayed and waiting; null until it is needed.</summary>
    public OrchestrationExecutor? Executor { get; set; }

    /// <summary>Whether it stands in the partition's queue of instances to run.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The commit that holds the newest fact of it.</summary>
    public long LastCommit { get; set; }

    /// <summary>Callers that wait for it to reach some state.</summary>
    public List<InstanceWaiter>? Waiters { get; set; }

    /// <summary>When something last happened to it, as a timestamp of the clock.</summary>
    public long TouchedAt { get; set; }

    /// <summary>Its place among the instances in memory, in the order in which something last happened to them.</summary>
    public LinkedListNode<Instance>? Place { get; set; }

    /// <summary>How many bytes it was last counted with.</summary>
    public int CountedBytes { get; set; }

    /// <summary>Whether it was last counted as live.</summary>
    public bool IsCountedLive { get; set; }

    /// <summary>Its copy in a checkpoint, which may be older than it; null where there is none.</summary>
    public ShelvedInstance? Shelved { get; set; }

    /// <summary>Whether something happened to it since it was last captured for a checkpoint.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether a checkpoint that is not finished has captured it.</summary>
    public bool IsBeingShelved { get; set; }

    /// <summary>How many bytes of the history <see cref="Shelved"/> holds; 0 where it holds that of another generation.</summary>
    public int ShelvedHistory { get; set; }

    /// <summary>The history of the current generation in its binary form.</summary>
    public ReadOnlySpan<byte> History => _history is null ? [] : _history.WrittenSpan;

    /// <summary>An instance as it was when it was put on the shelf.</summary>
    /// <exception cref="InvalidDataException">The bytes are no instance.</exception>
    public static Instance Restore(ShelvedInstance shelved, StoredInstance stored)
    {
        var reader = new LogReader(stored.State.Span);
        var instance = new Instance(shelved.Id, InstanceState.Read(ref reader)) { LastCommit = shelved.AsOf, Shelved = shelved };
        instance.Apply(stored.History.Span);
        instance.ShelvedHistory = stored.History.Length;
        return instance;
    }

    /// <summary>Takes in facts in their binary form.</summary>
    /// <exception cref="InvalidDataException">The bytes are no facts.</exception>
    public void Apply(ReadOnlySpan<byte> facts)
    {
        var reader = new LogReader(facts);
        int first = 0;
        while (!reader.AtEnd)
        {
            int start = facts.Length - reader.Rest.Length;
            HistoryEvent fact = HistoryCodec.Read(ref reader);
            if (fact.IsBeginning)
            {
                Forget();
                first = start;
            }

            State.Apply(fact);
        }

        Remember(facts[first..]);
    }

    /// <summary>Appends the binary form of events that were applied to <see cref="State"/>.</summary>
    public void Remember(ReadOnlySpan<byte> events) => (_history ??= new ArrayBufferWriter<byte>(256)).Write(events);

    /// <summary>Forgets the history: a new one begins.</summary>
    public void Forget()
    {
        _history = null;
        ShelvedHistory = 0;
        Generation++;
    }

    /// <summary>How often its history has begun anew while it was in memory.</summary>
    public int Generation { get; private set; }

    /// <summary>How much it has under way to the log, in bytes.</summary>
    /// <param name="committed">The last commit that is durable.</param>
    public long ShareUnderWay(long committed) => _shareSince <= committed ? 0 : _share;

    /// <summary>Adds to what it has under way to the log.</summary>
    /// <param name="bytes">What came in.</param>
    /// <param name="committed">The last commit that is durable.</param>
    /// <param name="open">The commit that it will be part of.</param>
    public void TakeShare(long bytes, long committed, long open)
    {
        if (_shareSince <= committed)
        {
            (_shareSince, _share) = (open, 0);
        }

        _share += bytes;
    }

    /// <summary>An input came, and <paramref name="cause"/>, where it is known, is the span that it came from.</summary>
    public void CausedBy(Activity? cause)
    {
        if (cause is not null && (_causes ??= []).Count < MaximumCauses)
        {
            _causes.Add(cause);
        }
    }

    /// <summary>Takes the spans that its inputs since the last episode came from.</summary>
    public IReadOnlyList<Activity> TakeCauses()
    {
        IReadOnlyList<Activity> causes = _causes ?? [];
        _causes = null;
        return causes;
    }

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
        FailureDetails = withData ? State.Failure : null,
        Tags = State.Tags ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
        DataConverter = withData ? converter : null,
    };
}

/// <summary>A caller that waits until an instance satisfies <paramref name="Condition"/>.</summary>
internal sealed record InstanceWaiter(
    Func<InstanceState, bool> Condition, bool WithData, TaskCompletionSource<OrchestrationMetadata> Answer);
