using System.CommandLine;
using System.Globalization;
using DurableMesh.Agents.Runs;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using Spectre.Console;

namespace DurableMesh.Cli.Agents;

/// <summary><c>mesh agent status</c> and <c>mesh agent retry</c>: how an agent's runner on this machine gets on.</summary>
internal static class AgentStatusCommand
{
    /// <summary>Creates <c>status</c>.</summary>
    public static Command CreateStatus(Terminal terminal)
    {
        var id = AgentCommand.As();
        var command = new Command("status", "Say what this machine's runner of an agent does with each open thread.") { id };
        command.SetAction(parsed =>
        {
            var records = RecordsOf(terminal, parsed.GetRequiredValue(id)).ReadAll().OrderBy(record => record.Since).ToList();
            if (parsed.WantsJson())
            {
                foreach (var record in records)
                {
                    terminal.WriteJson(record, CliJson.Context.RunRecord);
                }
            }
            else if (records.Count == 0)
            {
                terminal.Say("Nothing is open.");
            }
            else
            {
                Describe(records, terminal.Out);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Creates <c>retry</c>.</summary>
    public static Command CreateRetry(Terminal terminal)
    {
        var id = AgentCommand.As();
        var threadId = CommonOptions.ThreadId();
        var command = new Command("retry", "Try a thread's message again now, and not when its pause is over.") { id, threadId };
        command.SetAction(parsed =>
        {
            var (agent, thread) = (parsed.GetRequiredValue(id), parsed.GetRequiredValue(threadId));
            var begun = RecordsOf(terminal, agent).ReadAll()
                .Where(record => record.ThreadId.StartsWith(thread, StringComparison.OrdinalIgnoreCase)).ToList();
            if (begun.Count > 1)
            {
                throw new CliException(
                    ExitCode.Usage,
                    $"The ids of several threads begin with {thread}; say more of it:"
                    + string.Concat(begun.Select(record => $"\n  {record.ThreadId}")));
            }

            var record = begun.FirstOrDefault();
            if (record is not { State: RunState.Later })
            {
                var state = record is null ? "does not know the thread" : $"has it as {ThreadWords.Of(record.State)}";
                throw new CliException(
                    ExitCode.Refused, $"There is nothing to try again: the runner of '{agent}' on this machine {state}.");
            }

            AgentHome.AskToRetry(MeshFolder.Of(terminal).Private().Agents, agent, record.ThreadId);
            terminal.Say($"asked the runner of '{agent}' to try message {record.Sequence} again now");
            return ExitCode.Done;
        });
        return command;
    }

    private static RunJournal RecordsOf(Terminal terminal, string agent) =>
        AgentHome.JournalOf(MeshFolder.Of(terminal).Agents, agent);

    private static void Describe(List<RunRecord> records, IAnsiConsole console)
    {
        var length = Listing.LengthOfIds(console, [.. records.Select(record => record.ThreadId)]);
        var listing = new Listing("thread", "message", "state", "since", "tries", "next", "why")
        {
            Numbers = ["message", "tries"],
            Spare = ["tries"],
        };
        foreach (var record in records)
        {
            listing.Add(
                Listing.Begin(record.ThreadId, length),
                record.Sequence.ToString(CultureInfo.InvariantCulture),
                ThreadWords.Of(record.State),
                Instant(record.Since),
                record.Attempt.ToString(CultureInfo.InvariantCulture),
                record.NextTry is { } next ? Instant(next) : "-",
                record.Why ?? "-");
        }

        listing.WriteTo(console);
    }

    private static string Instant(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
