using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Keys;

/// <summary><c>mesh keys</c>: who may speak as which agent, and who operates the mesh.</summary>
internal static class KeysCommand
{
    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent.", HelpName = "ID" };
    private static readonly Option<string?> Operator = new("--operator") { Description = "A person's name.", HelpName = "NAME" };

    private static readonly Option<Scope[]> Scopes = new("--scope")
    {
        Description = "What it allows: read, send, operate. [default: all that its owner may have]",
        HelpName = "SCOPE",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Lifetime = new("--lifetime")
    {
        Description = "How long it works, as ISO 8601 (P90D). [default: until it is revoked]",
        HelpName = "DURATION",
    };

    private static readonly Option<string> Overlap = new("--overlap")
    {
        Description = "How long the old key works still, as ISO 8601.",
        HelpName = "DURATION",
        DefaultValueFactory = _ => "PT1H",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("keys", "Keys: who may speak as whom.")
    {
        Issue(terminal),
        List(terminal),
        Rotate(terminal),
        Revoke(terminal),
    };

    private static Command Issue(Terminal terminal)
    {
        var command = new Command("issue", "Make a key for an agent or an operator; it is printed once.")
        {
            Agent, Operator, Scopes, Lifetime,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Agent) is null == result.GetValue(Operator) is null)
            {
                result.AddError("Whose key is it? Say --agent ID or --operator NAME.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new IssueKeyRequest(
                parsed.GetValue(Operator),
                parsed.GetValue(Scopes) is { Length: > 0 } scopes ? scopes : null,
                parsed.GetValue(Lifetime) is { } lifetime ? DurationOf(Lifetime.Name, lifetime) : null);
            var key = await parsed.Connect().IssueKeyAsync(parsed.GetValue(Agent), request, cancellation);
            return Print(key, parsed, terminal);
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "List keys, without their secrets.") { Agent };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListKeysAsync(parsed.GetValue(Agent), cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.KeysPage);
                return ExitCode.Done;
            }

            terminal.Out.Write(Describe(page.Keys));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Rotate(Terminal terminal)
    {
        var id = KeyId();
        var command = new Command("rotate", "Make a new key in place of one that works for a while still.") { id, Overlap };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new RotateKeyRequest(DurationOf(Overlap.Name, parsed.GetRequiredValue(Overlap)));
            var key = await parsed.Connect().RotateKeyAsync(parsed.GetRequiredValue(id), request, cancellation);
            return Print(key, parsed, terminal);
        });
        return command;
    }

    private static Command Revoke(Terminal terminal)
    {
        var id = KeyId();
        var command = new Command("revoke", "Make a key work no more, at once.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await parsed.Connect().RevokeKeyAsync(parsed.GetRequiredValue(id), cancellation);
            terminal.Note.MarkupLineInterpolated($"[grey]key {parsed.GetRequiredValue(id)} works no more[/]");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> KeyId() => new("KEY-ID") { Description = "The key's id, as 'mesh keys list' shows it." };

    private static TimeSpan DurationOf(string option, string text) => Iso8601Duration.TryParse(text, out var duration)
        ? duration
        : throw new CliException(ExitCode.Usage, $"{option} '{text}' is no ISO 8601 duration, such as P90D or PT1H.");

    /// <summary>The key alone on standard output, so that a script can take it.</summary>
    private static int Print(KeyView key, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(key, CliJson.Context.KeyView);
            return ExitCode.Done;
        }

        terminal.Say(key.Key!);
        terminal.Note.MarkupLineInterpolated(
            $"[grey]key {key.Id} of {key.Subject}: {Words(key.Scopes)}; {UntilOf(key)}. It is shown this once.[/]");
        return ExitCode.Done;
    }

    private static Table Describe(IEnumerable<KeyView> keys)
    {
        string[] columns = ["key", "of", "may", "works", "issued", "by"];
        var table = new Table().Border(TableBorder.None).AddColumns([.. columns.Select(name => $"[grey]{name}[/]")]);
        foreach (var key in keys)
        {
            table.AddRow(
                new Text(key.Id),
                new Text(key.Subject.ToString()),
                new Text(Words(key.Scopes)),
                new Text(UntilOf(key)),
                new Text(Minute(key.CreatedAt)),
                new Text(key.CreatedBy));
        }

        return table;
    }

    private static string UntilOf(KeyView key) =>
        key.RevokedAt is { } revoked ? $"no more, revoked {Minute(revoked)}"
        : key.ExpiresAt is { } end ? $"until {Minute(end)}"
        : "until it is revoked";

    private static string Words(IEnumerable<Scope> scopes) => string.Join(", ", scopes.Select(scope => ThreadWords.Of(scope)));

    private static string Minute(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
