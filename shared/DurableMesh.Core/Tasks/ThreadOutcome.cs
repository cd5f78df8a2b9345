using System.Text.Json.Serialization;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Tasks;

/// <summary>How a thread ended, as far as its task is concerned.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="EndState">How it ended.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">More, in words.</param>
/// <param name="Evidence">The path of its evidence file.</param>
/// <param name="Refused">
/// Whether a rule of the gate refused it: then nobody has worked on the task, and it stays where it is. Otherwise whoever can
/// start a thread could block any task by a start that is wrong.
/// </param>
public sealed record ThreadOutcome(
    string TaskId, string ThreadId, EndState EndState, EndReason Reason, string? Detail, string Evidence, bool Refused)
{
    /// <summary>
    /// Whether the thread is a step of a workflow: then its task stays where it is, and hears of the workflow.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool InWorkflow { get; init; }

    /// <summary>Whether it is a workflow's, which somebody handed over; its id stands for a thread's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFinalized { get; init; }

    /// <summary>
    /// Where the mesh moves a task in progress: never to <see cref="MissionTaskState.Done"/>, that is the owner's word. Null
    /// where it stays: advice neither does the work nor blocks it.
    /// </summary>
    [JsonIgnore]
    public MissionTaskState? Target => EndState switch
    {
        EndState.Pass => MissionTaskState.ReadyForReview,
        EndState.Answered when IsFinalized => MissionTaskState.ReadyForReview,
        EndState.Answered => null,
        _ => MissionTaskState.Blocked,
    };

    /// <summary>The outcome of a thread that has ended.</summary>
    /// <param name="thread">The thread.</param>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public static ThreadOutcome Of(ThreadState thread) =>
        thread is { EndState: { } endState, Reason: { } reason }
            ? new ThreadOutcome(
                thread.Start.McTask,
                thread.Start.ThreadId,
                endState,
                reason,
                thread.Detail,
                thread.Start.EvidencePath,
                Refused: thread.Gate == GateOutcome.Denied)
            {
                InWorkflow = thread.Start.Workflow is not null,
            }
            : throw new InvalidOperationException($"Thread {thread.Start.ThreadId} has not ended.");
}
