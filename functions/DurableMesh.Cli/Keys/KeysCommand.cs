using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
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

    private static readonly Option<TimeSpan?> Lifetime = Durations.Optional(
        "--lifetime", "How long it works, for instance 90d. [default: until it is revoked]");

    private static readonly Option<TimeSpan> Overlap = Durations.Wait(
        "--overlap", "How long the old key works still.", TimeSpan.FromHours(1), TimeSpan.FromDays(365));

    private static readonly Option<bool> KeyOnly = CommonOptions.IdOnly("the key");

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
            Agent, Operator, Scopes, Lifetime, KeyOnly,
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
                parsed.GetValue(Lifetime));
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

            Describe(page.Keys, terminal.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Rotate(Terminal terminal)
    {
        var id = KeyId();
        var command = new Command("rotate", "Make a new key in place of one that works a while longer.") { id, Overlap, KeyOnly };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, keyId) = await FindAsync(parsed, id, cancellation);
            var key = await mesh.RotateKeyAsync(keyId, new RotateKeyRequest(parsed.GetValue(Overlap)), cancellation);
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
            var (mesh, keyId) = await FindAsync(parsed, id, cancellation);
            await mesh.RevokeKeyAsync(keyId, cancellation);
            terminal.Hint($"key {keyId} works no more");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> KeyId() => new("KEY-ID")
    {
        Description = "The key's id, as 'keys list' shows it, or so much of its beginning as no other has.",
    };

    private static async Task<(MeshClient Mesh, string KeyId)> FindAsync(
        ParseResult parsed, Argument<string> id, CancellationToken cancellation)
    {
        var (mesh, given) = (parsed.Connect(), parsed.GetRequiredValue(id));
        var page = await mesh.ListKeysAsync(agent: null, cancellation);
        var begun = page.Keys.Where(key => key.Id.StartsWith(given, StringComparison.Ordinal)).ToList();
        return begun.Count <= 1 || begun.Exists(key => key.Id == given)
            ? (mesh, begun is [var only] ? only.Id : given)
            : throw new CliException(
                ExitCode.Usage,
                $"The ids of several keys begin with {given}; say more of it:"
                + string.Concat(begun.Select(key => $"\n  {key.Id} of {key.Subject}")));
    }

    /// <summary>The key alone on standard output, so that a script can take it.</summary>
    private static int Print(KeyView key, ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(KeyOnly))
        {
            terminal.Say(key.Key!);
            return ExitCode.Done;
        }

        if (parsed.WantsJson())
        {
            terminal.WriteJson(key, CliJson.Context.KeyView);
            return ExitCode.Done;
        }

        terminal.Say(key.Key!);
        terminal.Hint($"key {key.Id} of {key.Subject}: {Words(key.Scopes)}; {UntilOf(key)}. It is shown this once.");
        return ExitCode.Done;
    }

    private static void Describe(IEnumerable<KeyView> keys, IAnsiConsole console)
    {
        var listing = new Listing("key", "of", "issued", "by", "may", "works") { Spare = ["issued", "by"] };
        foreach (var key in keys)
        {
            listing.Add(
                key.Id, key.Subject.ToString(), Minute(key.CreatedAt), key.CreatedBy, Words(key.Scopes), UntilOf(key));
        }

        listing.WriteTo(console);
    }

    private static string UntilOf(KeyView key) =>
        key.RevokedAt is { } revoked ? $"no more, revoked {Minute(revoked)}"
        : key.ExpiresAt is { } end ? $"until {Minute(end)}"
        : "until it is revoked";

    private static string Words(IEnumerable<Scope> scopes) => string.Join(", ", scopes.Select(scope => ThreadWords.Of(scope)));

    private static string Minute(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
