using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Authority;

/// <summary><c>mesh authority</c>: who may use the mesh, and why.</summary>
internal static class AuthorityCommand
{
    private static readonly Option<int?> Version = new("--version")
    {
        Description = "The table as it was at this version. [default: the one in force]",
        HelpName = "N",
    };

    private static readonly Option<int?> IfVersion = new("--if-version")
    {
        Description = "The version that the file is to replace. [default: the version in the file, else the one in force]",
        HelpName = "N",
    };

    private static readonly Option<string?> By = CommonOptions.By();

    private static readonly Option<string?> Pattern = new("--pattern")
    {
        Description = "builder-verifier, cross-device, distillation or advisory. [default: all of them]",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("authority", "Say who may use the mesh, and why.")
    {
        CreateShow(terminal),
        CreateSet(terminal),
        CreateExplain(terminal),
    };

    private static Command CreateShow(Terminal terminal)
    {
        var command = new Command("show", "Show the authority table.") { Version };
        command.SetAction(async (parsed, cancellation) =>
        {
            Show(await parsed.Connect().GetAuthorityAsync(parsed.GetValue(Version), cancellation), parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSet(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The whole table as JSON, as 'mesh authority show --json' prints it; - for standard input.",
        };
        var command = new Command("set", "Replace the authority table, unless somebody else has changed it meanwhile.")
        {
            file, IfVersion, By,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(file);
            if (await InputText.ReadJsonAsync(name, terminal, cancellation) is not JsonObject table)
            {
                throw new CliException(ExitCode.Usage, $"{InputText.Name(name)} is no JSON object with a list of rows.");
            }

            var mesh = parsed.Connect();
            var version = parsed.GetValue(IfVersion) ?? VersionIn(table)
                ?? (await mesh.GetAuthorityAsync(version: null, cancellation)).Version;
            table["by"] = parsed.NameOf(By);
            var changed = await mesh.PutAuthorityAsync(Encoding.UTF8.GetBytes(table.ToJsonString()), version, cancellation);
            Show(changed, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateExplain(Terminal terminal)
    {
        var initiator = new Argument<string>("INITIATOR") { Description = "The agent that would start, by id or alias." };
        var responder = new Argument<string>("RESPONDER") { Description = "The agent that would answer." };
        var command = new Command("explain", "Say which row decides whether two agents may use the mesh, and why.")
        {
            initiator, responder, Pattern,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var explained = await parsed.Connect().ExplainAuthorityAsync(
                parsed.GetRequiredValue(initiator), parsed.GetRequiredValue(responder), parsed.GetValue(Pattern), cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(explained, CliJson.Context.AuthorityExplanations);
                return ExitCode.Done;
            }

            foreach (var pattern in explained.Patterns)
            {
                Explain(pattern, terminal.Out);
            }

            if (explained.Patterns.Any(pattern => !pattern.Decision.Authorised))
            {
                terminal.Hint(
                    $"'{terminal.Mesh} dispatch' takes the surface that is named; docs/surfaces.md says what each is for.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static int? VersionIn(JsonObject table) =>
        table["version"] is JsonValue value && value.TryGetValue<int>(out var version) ? version : null;

    private static void Show(AuthorityTable table, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(table, CliJson.Context.AuthorityTable);
            return;
        }

        var listing = new Listing("row", "pattern", "initiator", "responder", "status", "since", "why")
        {
            Spare = ["since", "pattern"],
        };
        foreach (var row in table.Rows)
        {
            listing.Add(
                row.Id,
                ThreadWords.Of(row.Pattern),
                row.Initiator.ToString(),
                row.Responder.ToString(),
                ThreadWords.Of(row.Status),
                row.Since.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                row.Why);
        }

        listing.WriteTo(terminal.Out);
        var origin = table.ChangedAt is { } at
            ? string.Create(CultureInfo.InvariantCulture, $" of {at:yyyy-MM-dd HH:mm:ss'Z'} by {table.ChangedBy}")
            : ": nobody may use the mesh until there is a table";
        terminal.Hint($"Version {table.Version}{origin}.");
    }

    private static void Explain(AuthorityExplanation explained, IAnsiConsole console)
    {
        var decision = explained.Decision;
        var verdict = decision.Authorised ? "[green]✓[/]" : "[red]✗[/]";
        console.MarkupLine($"{verdict} [bold]{ThreadWords.Of(decision.Pattern)}[/]");
        console.MarkupLineInterpolated($"    {decision.Explanation}");
        foreach (var row in explained.Considered.Where(row => !row.Decides))
        {
            console.MarkupLineInterpolated($"[grey]    not {row.Row.Id}: {row.Why}[/]");
        }
    }
}
