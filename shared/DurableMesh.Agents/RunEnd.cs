namespace DurableMesh.Agents;

/// <summary>How a run ended.</summary>
public abstract record RunEnd
{
    private RunEnd()
    {
    }

    /// <summary>
    /// It ended well. Its text, where no turn was said otherwise, is the answer to a question or the initiator's submission; it
    /// is never a verdict.
    /// </summary>
    /// <param name="Text">What it has to say in words; null or blank for nothing.</param>
    public sealed record Done(string? Text = null) : RunEnd;

    /// <summary>
    /// Not now: to be tried again without counting as a failure (exit code 75 of a command; a model that is overloaded).
    /// </summary>
    /// <param name="Why">The reason, for the operator.</param>
    /// <param name="After">When to try again; null to leave it to the runner.</param>
    public sealed record Later(string Why, TimeSpan? After = null) : RunEnd;

    /// <summary>It failed.</summary>
    /// <param name="Why">What went wrong, for the operator and, when it is given up, for the peer.</param>
    /// <param name="ForGood">Whether trying again is of no use.</param>
    public sealed record Failed(string Why, bool ForGood = false) : RunEnd;

    /// <summary>
    /// What was said has the wrong form. It goes back to the handler once, as <see cref="AgentTurn.Refused"/>; after that it is a
    /// failure for good: nobody pays for the same mistake again and again.
    /// </summary>
    /// <param name="Reason">A stable name.</param>
    /// <param name="Detail">Why, and what to do.</param>
    public sealed record Refused(string Reason, string Detail) : RunEnd;
}
