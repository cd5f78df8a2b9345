using DurableMesh.Core.Wire;

namespace DurableMesh.Agents;

/// <summary>One attempt of an agent to answer a message.</summary>
public abstract class AgentRun
{
    /// <summary>What there is to answer.</summary>
    public abstract AgentTurn Turn { get; }

    /// <summary>The agent that answers.</summary>
    public abstract string Agent { get; }

    /// <summary>The attempt, from 1.</summary>
    public abstract int Attempt { get; }

    /// <summary>
    /// The run's mark. A process that has it in its environment, as <c>MESH_RUN</c>, is ended with the run; a program runner sees
    /// to that.
    /// </summary>
    public abstract string Mark { get; }

    /// <summary>Runs programs in the run's process tree.</summary>
    public Processes.IProgramRunner Programs => new Processes.ProgramRunner(Mark);

    /// <summary>The folder to work in: the thread's own, the same in every round.</summary>
    public abstract string Folder { get; }

    /// <summary>
    /// What the handler keeps for this thread from run to run, for instance the id of a session with a model; null in the first
    /// run.
    /// </summary>
    public abstract JsonText? Session { get; }

    /// <summary>
    /// Keeps something for this thread. It is on the disk when the task ends: a crash after that does not lose it.
    /// </summary>
    public abstract Task KeepAsync(JsonText session, CancellationToken cancellation);

    /// <summary>
    /// Says something. A finding or a note is sent at once. A turn (submission, verdict, question, answer) is sent when the run
    /// has ended well, so that a run that fails has judged nothing; a second, different one makes the run a failure.
    /// </summary>
    public abstract Task SayAsync(AgentReply reply, CancellationToken cancellation);

    /// <summary>
    /// Tells what was spent. It counts for the agent's next message, and not less when the run fails. Told more than once, it
    /// adds up.
    /// </summary>
    public abstract void Spent(Usage usage);
}
