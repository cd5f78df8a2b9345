using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>
/// One run of the CLI: reads along, keeps the session's id as soon as it is named, and stops what exceeds its limits.
/// </summary>
internal sealed class CodingCall(AgentRun run, CodingOutput output, CodingSession session, CancellationToken cancellation)
    : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Lock _gate = new();
    private bool _isSettled;

    /// <summary>Ends the program with the run, or where it exceeds a limit.</summary>
    public CancellationToken Cancellation => _stop.Token;

    /// <summary>The session as it is to be kept.</summary>
    public CodingSession After { get; private set; } = session;

    /// <summary>The limit that it exceeded; null for none.</summary>
    public CodingFailure? Limit { get; private set; }

    /// <summary>Takes a line that the program printed.</summary>
    public void Read(string line)
    {
        lock (_gate)
        {
            if (_isSettled)
            {
                return;
            }

            output.Read(line);
            if (output.Session is { } id && id != After.Id)
            {
                After = After with { Id = id };
                run.KeepAsync(After.ToJson(), CancellationToken.None).GetAwaiter().GetResult();
            }

            Limit ??= Exceeded();
            if (Limit is not null)
            {
                _stop.Cancel();
            }
        }
    }

    /// <summary>Takes the program's end.</summary>
    public CodingResult Finish(ProgramEnd end)
    {
        lock (_gate)
        {
            var result = output.Finish(end);
            After = After with { Id = output.Session ?? After.Id, Reported = output.Reported ?? After.Reported };
            return result;
        }
    }

    /// <summary>Tells the run what was spent; what comes after that is not heard.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            _isSettled = true;
            foreach (var usage in output.Spent.Where(usage => usage.InputTokens + usage.OutputTokens > 0))
            {
                run.Spent(usage);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private CodingFailure? Exceeded() =>
        output.Calls > After.Flags.MaxTurns
            ? new CodingFailure(
                CodingFailureKind.TurnLimit, $"it made more than {After.Flags.MaxTurns} calls (--max-turns) and was stopped")
            : output.Spent.Sum(usage => usage.CostUsd) is { } cost && cost > After.Flags.MaxUsd
                ? new CodingFailure(
                    CodingFailureKind.MoneyLimit, $"it spent more than ${After.Flags.MaxUsd} (--max-usd) and was stopped")
                : null;
}
