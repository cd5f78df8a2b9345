using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Events;

namespace DurableMesh.Cli.Events;

/// <summary><c>mesh webhooks</c>: who is told of what happens, by HTTP POST.</summary>
internal static class WebhooksCommand
{
    private static readonly Option<string?> Name = new("--id")
    {
        Description = "Its id. [default: one is made up]",
        HelpName = "ID",
    };

    private static readonly Option<string[]> Types = Several(
        "--type", "Only events of this type; a * at its end for any ending.");

    private static readonly Option<string[]> Threads = Several("--thread", "Only events of this thread.");
    private static readonly Option<string[]> Agents = Several("--agent", "Only events that are about this agent.");
    private static readonly Option<string[]> Companies = Several("--company", "Only events of this company's agents.");
    private static readonly Option<bool> SecretOnly = CommonOptions.IdOnly("the secret");
    private static readonly Option<bool> All = new("--all") { Description = "All of them, the oldest first." };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("webhooks", "Webhooks: who is told of what happens.")
    {
        Add(terminal),
        List(terminal),
        Show(terminal),
        Change(
            "pause",
            "Tell it nothing until it is resumed; it misses nothing.",
            terminal,
            (mesh, id, stop) => mesh.PauseWebhookAsync(id, stop)),
        Change(
            "resume",
            "Tell it again, from where it was, at once.",
            terminal,
            (mesh, id, stop) => mesh.ResumeWebhookAsync(id, stop)),
        Remove(terminal),
        Dead(terminal),
        Resend(terminal),
    };

    private static Command Add(Terminal terminal)
    {
        var url = new Argument<string>("URL") { Description = "Where it listens, https://…" };
        var command = new Command("add", "Tell somebody of what happens from now on; the secret is printed once.")
        {
            url, Name, Types, Threads, Agents, Companies, SecretOnly,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new AddWebhookRequest
            {
                Id = parsed.GetValue(Name),
                Url = parsed.GetRequiredValue(url),
                Types = parsed.GetValue(Types) ?? [],
                Threads = parsed.GetValue(Threads) ?? [],
                Agents = parsed.GetValue(Agents) ?? [],
                Companies = parsed.GetValue(Companies) ?? [],
            };
            var added = await parsed.Connect().AddWebhookAsync(request, cancellation);
            if (parsed.WantsJson() && !parsed.GetValue(SecretOnly))
            {
                terminal.WriteJson(added, CliJson.Context.WebhookView);
                return ExitCode.Done;
            }

            terminal.Say(added.Secret!);
            if (!parsed.GetValue(SecretOnly))
            {
                terminal.Hint($"webhook {added.Id}: its posts are signed with this secret, which is shown this once.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "List webhooks, and the sinks that the host's settings name.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListWebhooksAsync(cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.WebhooksPage);
                return ExitCode.Done;
            }

            var listing = new Listing("webhook", "state", "told", "last", "types", "url")
            {
                Numbers = ["told"],
                Spare = ["last", "types"],
            };
            foreach (var one in page.Webhooks)
            {
                listing.Add(
                    one.Id,
                    one.State,
                    one.Delivered.ToString(CultureInfo.InvariantCulture),
                    one.DeliveredAt is { } at ? Minute(at) : "-",
                    one.Types.Count == 0 ? "all" : string.Join(' ', one.Types),
                    one.Url);
            }

            listing.WriteTo(terminal.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal) => Change(
        "show", "Show one: its state, and what went wrong last.", terminal, (mesh, id, stop) => mesh.GetWebhookAsync(id, stop));

    private static Command Change(
        string name,
        string description,
        Terminal terminal,
        Func<Client.MeshClient, string, CancellationToken, Task<WebhookView>> change)
    {
        var id = WebhookId();
        var command = new Command(name, description) { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            var view = await change(parsed.Connect(), parsed.GetRequiredValue(id), cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(view, CliJson.Context.WebhookView);
                return ExitCode.Done;
            }

            terminal.Out.Write(Listing.Properties(Rows(view).Where(row => row.Value.Length > 0)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(Terminal terminal)
    {
        var id = WebhookId();
        var command = new Command("remove", "Tell it no more, and forget what it did not take.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await parsed.Connect().RemoveWebhookAsync(parsed.GetRequiredValue(id), cancellation);
            terminal.Hint($"webhook {parsed.GetRequiredValue(id)} is told no more");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Dead(Terminal terminal)
    {
        var id = WebhookId();
        var command = new Command("dead", "List the dead letters: what it did not take within a day.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListDeadLettersAsync(parsed.GetRequiredValue(id), cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.DeadLettersPage);
                return ExitCode.Done;
            }

            var listing = new Listing("letter", "given up", "event", "why") { Spare = ["given up"] };
            foreach (var letter in page.Letters)
            {
                listing.Add(
                    letter.Id,
                    Minute(letter.GivenUpAt),
                    $"{letter.Event.Type} {letter.Event.Subject}",
                    letter.LastError ?? "");
            }

            listing.WriteTo(terminal.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Resend(Terminal terminal)
    {
        var (id, letter) = (WebhookId(), new Argument<string?>("LETTER")
        {
            Description = "The letter's id, as 'webhooks dead' shows it.",
            Arity = ArgumentArity.ZeroOrOne,
        });
        var command = new Command("resend", "Tell it once more of a dead letter, or of all.") { id, letter, All };
        command.Validators.Add(result =>
        {
            if (result.GetValue(letter) is null != result.GetValue(All))
            {
                result.AddError("Which letter? Say its id, or --all.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, webhook) = (parsed.Connect(), parsed.GetRequiredValue(id));
            var sent = 0;
            do
            {
                IEnumerable<string> letters = parsed.GetValue(letter) is { } one
                    ? [one]
                    : (await mesh.ListDeadLettersAsync(webhook, cancellation)).Letters.Select(dead => dead.Id);
                var before = sent;
                foreach (var next in letters)
                {
                    await mesh.ResendDeadLetterAsync(webhook, next, cancellation);
                    sent++;
                }

                if (sent == before)
                {
                    break;
                }
            }
            while (parsed.GetValue(All));
            terminal.Hint($"{sent} sent and taken");
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Rows(WebhookView view) =>
    [
        ("id", view.Id),
        ("url", view.Url),
        ("state", view.State),
        ("types", string.Join(' ', view.Types)),
        ("threads", string.Join(' ', view.Threads)),
        ("agents", string.Join(' ', view.Agents)),
        ("companies", string.Join(' ', view.Companies)),
        ("added", view.CreatedAt is { } at ? $"{Minute(at)} by {view.CreatedBy}" : "by the host's settings"),
        ("told", string.Create(CultureInfo.InvariantCulture, $"{view.Delivered} events")),
        ("last told", view.DeliveredAt is { } last ? Minute(last) : ""),
        ("failing since", view.FailingSince is { } since ? $"{Minute(since)}, {view.Attempts} attempts" : ""),
        ("next attempt", view.NextAttemptAt is { } next ? Minute(next) : ""),
        ("last error", view.LastError ?? ""),
    ];

    private static Argument<string> WebhookId() => new("WEBHOOK")
    {
        Description = "The webhook's id, as 'webhooks list' shows it.",
    };

    private static Option<string[]> Several(string name, string description) => new(name)
    {
        Description = description + " May be given more than once.",
        HelpName = name is "--type" ? "TYPE" : "ID",
    };

    private static string Minute(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
