using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh status</c>: where a thread is.</summary>
internal static class StatusCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var command = new Command("status", "Say where a thread is.") { threadId };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var thread = await mesh.GetThreadAsync(id, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(thread, CliJson.Context.ThreadView);
            }
            else
            {
                terminal.Out.Write(Listing.Properties(Describe(thread, terminal.Mesh)));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Describe(ThreadView thread, string mesh)
    {
        yield return ("thread", thread.ThreadId);
        yield return ("subject", thread.Subject);
        yield return ("state", thread.State == ThreadPhase.Ended
            ? $"{ThreadWords.Of(thread.EndState)} ({ThreadWords.Of(thread.Reason)})"
            : ThreadWords.Of(thread.State));
        if (thread.Detail is { Length: > 0 } detail)
        {
            yield return ("", detail);
        }

        if (thread.State == ThreadPhase.Held)
        {
            yield return ("decide", ThreadWords.HowToDecide(mesh, thread.ThreadId));
        }

        yield return (
            "between", $"{thread.Initiator} and {thread.Responder}, {ThreadWords.Of(thread.Pattern)}, task {thread.McTask}");
        yield return ("awaiting", thread.Awaiting ?? "-");
        foreach (var lease in thread.AtWork ?? [])
        {
            var device = lease.Device is null ? "" : $" on {lease.Device}";
            yield return ("at work", $"since {Instant(lease.Since)}: {lease.Agent}{device}, message {lease.Sequence}");
        }

        if (thread is { State: ThreadPhase.Open, AtWork: null })
        {
            yield return ("at work", "nobody");
        }

        yield return ("so far", string.Create(
            CultureInfo.InvariantCulture,
            $"round {thread.Round}, {thread.Turns} of {thread.Limits.MaxTurns} turns, " +
            $"{thread.Messages} messages, {thread.Findings} findings"));
        yield return ("criteria", $"{thread.Checks.Passed} of {thread.Checks.Required} passed, {thread.Checks.Failed} failed");
        yield return ("cost", string.Create(
            CultureInfo.InvariantCulture,
            $"${thread.Usage.CostUsd:0.00##} of ${thread.Limits.CostCapUsd:0.00##}{Reserved(thread.ReservedUsd)}"));
        yield return ("created", Instant(thread.CreatedAt));
        yield return (
            thread.State switch { ThreadPhase.Ended => "ended", ThreadPhase.Held => "held until", _ => "deadline" },
            Instant(thread.EndedAt ?? thread.Deadline));
        yield return ("evidence", thread.Evidence.Path);
    }

    private static string Reserved(ReservedUsd? reserved) => reserved is null ? "" : string.Create(
        CultureInfo.InvariantCulture, $", ${reserved.Initiator + reserved.Responder:0.00##} more reserved");

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
