using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

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
            var thread = await parsed.Connect().GetThreadAsync(parsed.GetRequiredValue(threadId), cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(thread, CliJson.Context.ThreadView);
            }
            else
            {
                terminal.Out.Write(Describe(thread));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Grid Describe(ThreadView thread)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) }).AddColumn();
        void Row(string name, string value) => grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));

        Row("thread", thread.ThreadId);
        Row("subject", thread.Subject);
        Row("state", thread.State == ThreadPhase.Ended
            ? $"{ThreadWords.Of(thread.EndState)} ({ThreadWords.Of(thread.Reason)})"
            : ThreadWords.Of(thread.State));
        if (thread.Detail is { Length: > 0 } detail)
        {
            Row("", detail);
        }

        if (thread.State == ThreadPhase.Held)
        {
            Row("decide", ThreadWords.HowToDecide(thread.ThreadId));
        }

        Row("between", $"{thread.Initiator} and {thread.Responder}, {ThreadWords.Of(thread.Pattern)}, task {thread.McTask}");
        Row("awaiting", thread.Awaiting ?? "-");
        foreach (var lease in thread.AtWork ?? [])
        {
            var device = lease.Device is null ? "" : $" on {lease.Device}";
            Row("at work", $"since {Instant(lease.Since)}: {lease.Agent}{device}, message {lease.Sequence}");
        }

        Row("so far", string.Create(
            CultureInfo.InvariantCulture,
            $"round {thread.Round}, {thread.Turns} of {thread.Limits.MaxTurns} turns, " +
            $"{thread.Messages} messages, {thread.Findings} findings"));
        Row("criteria", $"{thread.Checks.Passed} of {thread.Checks.Required} passed, {thread.Checks.Failed} failed");
        Row("cost", string.Create(
            CultureInfo.InvariantCulture,
            $"${thread.Usage.CostUsd:0.00##} of ${thread.Limits.CostCapUsd:0.00##}{Reserved(thread.ReservedUsd)}"));
        Row("created", Instant(thread.CreatedAt));
        Row(
            thread.State switch { ThreadPhase.Ended => "ended", ThreadPhase.Held => "held until", _ => "deadline" },
            Instant(thread.EndedAt ?? thread.Deadline));
        Row("evidence", thread.Evidence.Path);
        return grid;
    }

    private static string Reserved(ReservedUsd? reserved) => reserved is null ? "" : string.Create(
        CultureInfo.InvariantCulture, $", ${reserved.Initiator + reserved.Responder:0.00##} more reserved");

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
