using DurableMesh.Core.A2A;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.A2A;

/// <summary>Makes of the mesh's events what A2A tells of a task, for streams and for push notifications alike.</summary>
public sealed class A2aUpdates(IThreadLog log, A2aTaskReader tasks, ThreadHolds holds)
{
    /// <summary>The types of events that say something to a client of A2A.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        EventTypes.ThreadStarted, EventTypes.ThreadHeld, EventTypes.ThreadEnded, EventTypes.MessageDelivered,
        EventTypes.FindingStreamed,
    ];

    /// <summary>What an event comes to, in order; nothing where it says nothing to a client.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="address">Where the mesh is reached.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<IReadOnlyList<A2aUpdate>> OfAsync(
        MeshEvent happened, string address, CancellationToken cancellation)
    {
        if (happened.ThreadId is not { } threadId || (await log.FindAsync(threadId, cancellation))?.View is not { } thread)
        {
            return [];
        }

        // An event tells of its moment; the thread may be further by now, and only its own end says that it is over.
        var then = thread with { State = ThreadPhase.Open, EndState = null, Reason = null, Detail = null };
        switch (happened.Type, happened.Data)
        {
            case (EventTypes.ThreadStarted, _):
                return [Status(then with { Awaiting = thread.Initiator }, happened, last: null, address)];
            case (EventTypes.ThreadHeld, _):
                var held = await holds.ExplainAsync(thread, cancellation);
                return [Status(held with { State = ThreadPhase.Held }, happened, last: null, address)];
            case (EventTypes.MessageDelivered or EventTypes.FindingStreamed, MessageHead head):
                var message = await tasks.FindAsync(threadId, head.Sequence, cancellation);
                return [Status(then with { Awaiting = AwaitingAfter(head, thread) }, happened, message, address)];
            case (EventTypes.ThreadEnded, _) when thread.State == ThreadPhase.Ended:
                var newest = await tasks.NewestAsync(thread, A2aTaskReader.MostHistory, cancellation);
                return
                [
                    .. A2aTasks.EndArtifactsOf(thread, newest, address).Select(artifact => new A2aUpdate
                    {
                        ArtifactUpdate = new A2aArtifactUpdate
                        {
                            TaskId = threadId,
                            ContextId = A2aTasks.ContextOf(thread),
                            Artifact = artifact,
                        },
                    }),
                    Status(thread, happened, last: null, address),
                ];
            default:
                return [];
        }
    }

    /// <summary>Whose move it is after a message.</summary>
    private static string AwaitingAfter(MessageHead head, ThreadView thread) => head switch
    {
        { HandsOver: true } => head.To,
        { Kind: MessageKind.Brief } => thread.Initiator,
        _ => thread.Awaiting ?? thread.Responder,
    };

    private static A2aUpdate Status(ThreadView thread, MeshEvent happened, MessageView? last, string address) => new()
    {
        StatusUpdate = new A2aStatusUpdate
        {
            TaskId = thread.ThreadId,
            ContextId = A2aTasks.ContextOf(thread),
            Status = A2aTasks.StatusOf(thread, happened.Time, last, address),
        },
    };
}
