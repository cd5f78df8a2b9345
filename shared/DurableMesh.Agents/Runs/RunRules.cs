using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>What follows on a run that did not come to an answer.</summary>
public abstract record RunStep
{
    private RunStep()
    {
    }

    /// <summary>It is tried again.</summary>
    /// <param name="At">When.</param>
    /// <param name="Why">Why it was not done.</param>
    /// <param name="Refusal">What goes back to the handler; null where nothing does.</param>
    public sealed record Again(DateTimeOffset At, string Why, Refusal? Refusal) : RunStep;

    /// <summary>It is given up.</summary>
    /// <param name="Why">Why, for operator and peer.</param>
    public sealed record GiveUp(string Why) : RunStep;
}

/// <summary>Decides how a message is gone on with after a run. Pure.</summary>
public static class RunRules
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Decides.</summary>
    /// <param name="record">The message, this run included.</param>
    /// <param name="end">How the run ended.</param>
    /// <param name="retryFor">For how long a failing message is tried again, from the first try on.</param>
    /// <param name="now">The present.</param>
    /// <param name="jitter">From 0 to 1: spreads runners that fail together.</param>
    public static RunStep Next(RunRecord record, RunEnd end, TimeSpan retryFor, DateTimeOffset now, double jitter)
    {
        var pause = Pause(record.Attempt, jitter);
        var last = (record.FirstTry ?? now) + retryFor;
        return end switch
        {
            RunEnd.Later later => new RunStep.Again(now + (later.After ?? pause), later.Why, record.Refused),
            RunEnd.Refused refused when record.Refused is null =>
                new RunStep.Again(now, refused.Detail, new Refusal(refused.Reason, refused.Detail)),
            RunEnd.Refused refused => new RunStep.GiveUp($"Its answer was refused twice, {refused.Reason}: {refused.Detail}"),
            RunEnd.Failed { ForGood: true } failed => new RunStep.GiveUp(failed.Why),
            RunEnd.Failed failed when now + pause > last => new RunStep.GiveUp(
                $"It failed {record.Attempt} times in {Iso8601Duration.Format(Whole(now - record.FirstTry))}. {failed.Why}"),
            RunEnd.Failed failed => new RunStep.Again(now + pause, failed.Why, record.Refused),
            _ => throw new ArgumentOutOfRangeException(nameof(end), end, "A run that ended well has no next step."),
        };
    }

    private static TimeSpan Pause(int attempt, double jitter)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempt - 1, 10));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + jitter);
    }

    private static TimeSpan Whole(TimeSpan? time) => TimeSpan.FromSeconds(Math.Round((time ?? TimeSpan.Zero).TotalSeconds));
}
