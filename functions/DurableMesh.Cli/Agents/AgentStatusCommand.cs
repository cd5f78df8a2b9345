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
                terminal.Out.Write(Describe(records));
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
            var record = RecordsOf(terminal, agent).ReadAll().FirstOrDefault(record => record.ThreadId == thread);
            if (record is not { State: RunState.Later })
            {
                var state = record is null ? "does not know the thread" : $"has it as {ThreadWords.Of(record.State)}";
                throw new CliException(
                    ExitCode.Refused, $"There is nothing to try again: the runner of '{agent}' on this machine {state}.");
            }

            AgentHome.AskToRetry(MeshFolder.Of(terminal).Agents, agent, thread);
            terminal.Say($"asked the runner of '{agent}' to try message {record.Sequence} again now");
            return ExitCode.Done;
        });
        return command;
    }

    private static RunJournal RecordsOf(Terminal terminal, string agent) =>
        AgentHome.JournalOf(MeshFolder.Of(terminal).Agents, agent);

    private static Table Describe(IEnumerable<RunRecord> records)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("thread", "message", "state", "since", "tries", "next", "why");
        foreach (var record in records)
        {
            table.AddRow(
                new Text(record.ThreadId),
                new Text(record.Sequence.ToString(CultureInfo.InvariantCulture)),
                new Text(ThreadWords.Of(record.State)),
                new Text(Instant(record.Since)),
                new Text(record.Attempt.ToString(CultureInfo.InvariantCulture)),
                new Text(record.NextTry is { } next ? Instant(next) : "-"),
                new Text(record.Why ?? "-"));
        }

        return table;
    }

    private static string Instant(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
