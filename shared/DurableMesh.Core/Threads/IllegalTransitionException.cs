using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>An event that the thread's state does not allow: a defect, or a transcript that was tampered with.</summary>
public sealed class IllegalTransitionException : InvalidOperationException
{
    /// <summary>Creates one without a message.</summary>
    public IllegalTransitionException()
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is wrong.</param>
    public IllegalTransitionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public IllegalTransitionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal IllegalTransitionException(ThreadPhase phase, ThreadEvent threadEvent, string why)
        : base($"A thread that is {phase} cannot take a {threadEvent.GetType().Name}: {why}.")
    {
    }
}
