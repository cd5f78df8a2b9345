using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Cli.Artifacts;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Threads;

/// <summary>What a command knows about a message without being told.</summary>
internal sealed record MessageDefaults(string? From, MessageKind? Kind, int? InReplyTo);

/// <summary>The options from which <c>send</c> and <c>respond</c> make a message.</summary>
internal sealed class MessageOptions
{
    private readonly Argument<string?> _body = new("BODY")
    {
        Description = "What it says; - for standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _as = new("--as") { Description = "The sending agent.", HelpName = "ID" };

    private readonly Option<MessageKind?> _kind = new("--kind", "-k")
    {
        Description = "submission, finding, verdict, question, answer, acknowledgement (you have the advice that you asked for), "
            + "note or failure (you cannot answer).",
        HelpName = "KIND",
    };

    private readonly Option<string?> _file = new("--file", "-f")
    {
        Description = "Take the body from a file, as JSON if its name ends in .json.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _message = new("--message", "-m")
    {
        Description = "Take the whole message from a JSON file (docs: POST /threads/{id}/messages); - for standard input.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _id = new("--id")
    {
        HelpName = "MESSAGE-ID",
        Description = "The message's id: sent again with the same id it is a duplicate. [default: a new one]",
    };

    private readonly Option<int?> _replyTo = new("--reply-to") { Description = "The sequence that it answers.", HelpName = "N" };

    private readonly Option<Verdict?> _verdict = new("--verdict")
    {
        Description = "pass, fail, partial or blocked; makes it a verdict.",
        HelpName = "VERDICT",
    };

    private readonly Option<string[]> _checks = new("--check", "-c")
    {
        Description = "A check, for instance --check \"AC-1=fail: line 2 is lost\". May be repeated.",
        HelpName = "ID=STATUS[: DETAIL]",
    };

    private readonly Option<string[]> _artifacts = new("--artifact")
    {
        Description = "A file that was made: it is put into the thread, where the other party can fetch it. May be repeated.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _idOnly = CommonOptions.IdOnly("the message's id");

    /// <summary>Who sends, if the command line says so.</summary>
    public string? From(ParseResult parsed) => parsed.GetValue(_as);

    /// <summary>Whether the caller is a script that wants the message's id alone.</summary>
    public bool WantsIdOnly(ParseResult parsed) => parsed.GetValue(_idOnly);

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_body);
        foreach (var option in (Option[])[_as, _kind, _verdict, _checks, _artifacts, _file, _message, _id, _replyTo, _idOnly])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Makes a message of a thread's, and puts its files into the thread.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="mesh">Where the thread is.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="defaults">What counts where the command line does not say it.</param>
    /// <param name="terminal">Standard input.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliException">All that is missing or wrong, at once.</exception>
    public async Task<byte[]> BuildAsync(
        ParseResult parsed,
        MeshClient mesh,
        string threadId,
        MessageDefaults defaults,
        Terminal terminal,
        CancellationToken cancellation)
    {
        var message = parsed.GetValue(_message) is { } file
            ? await InputText.ReadJsonAsync(file, terminal, cancellation) as JsonObject
                ?? throw new CliException(ExitCode.Usage, $"{InputText.Name(file)}: a message is a JSON object.")
            : [];
        var errors = new List<string>();
        var checks = (parsed.GetValue(_checks) ?? []).Select(text => ReadCheck(text, errors)).OfType<Check>().ToList();
        var files = parsed.GetValue(_artifacts) ?? [];
        errors.AddRange(files.Where(path => !File.Exists(path)).Select(path => $"--artifact {path}: there is no such file."));
        var verdict = parsed.GetValue(_verdict);

        Set(message, "from", parsed.GetValue(_as), defaults.From);
        Set(message, "messageId", parsed.GetValue(_id), $"cli-{Guid.NewGuid():N}");
        Set(message, "kind", parsed.GetValue(_kind) ?? (verdict is null ? null : MessageKind.Verdict), defaults.Kind);
        Set(message, "inReplyTo", parsed.GetValue(_replyTo), defaults.InReplyTo);
        Set(message, "verdict", verdict, null);
        Set(message, "checks", checks.Count > 0 ? checks : null, null);
        if (await ReadBodyAsync(parsed, terminal, cancellation) is { } body)
        {
            message["body"] = body;
        }

        if (!message.ContainsKey("from"))
        {
            errors.Add("Who sends it? Say so with --as ID.");
        }

        if (!message.ContainsKey("kind"))
        {
            errors.Add("What kind of message is it? Say so with --kind, or give a --verdict.");
        }

        if (!SaysAnything(message) && files.Length == 0)
        {
            errors.Add("It says nothing: give a text, - for standard input, --file, --check, --artifact or --verdict.");
        }

        if (errors.Count > 0)
        {
            throw new CliException(ExitCode.Usage, string.Join('\n', errors));
        }

        var artifacts = new List<Artifact>();
        foreach (var path in files)
        {
            var content = await ArtifactFile.ReadAsync(path, terminal, cancellation);
            artifacts.Add(await mesh.PutArtifactAsync(
                threadId, message["from"]!.GetValue<string>(), Path.GetFileName(path), content, cancellation));
        }

        Set(message, "artifacts", artifacts.Count > 0 ? artifacts : null, null);
        return Encoding.UTF8.GetBytes(message.ToJsonString());
    }

    // An empty message would be taken for work that is done.
    private static bool SaysAnything(JsonObject message) =>
        message["verdict"] is not null
        || message["checks"] is JsonArray { Count: > 0 }
        || message["artifacts"] is JsonArray { Count: > 0 }
        || message["body"] switch
        {
            null => false,
            JsonValue text when text.TryGetValue(out string? words) => !string.IsNullOrWhiteSpace(words),
            _ => true,
        };

    private async Task<JsonNode?> ReadBodyAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetValue(_file) is { } file)
        {
            return file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? await InputText.ReadJsonAsync(file, terminal, cancellation)
                : JsonValue.Create(await InputText.ReadAsync(file, terminal, cancellation));
        }

        return parsed.GetValue(_body) switch
        {
            null => null,
            InputText.StandardInput =>
                JsonValue.Create(await InputText.ReadAsync(InputText.StandardInput, terminal, cancellation)),
            var text => JsonValue.Create(text),
        };
    }

    internal static Check? ReadCheck(string text, List<string> errors)
    {
        if (text.Split('=', 2) is [var id, var outcome]
            && outcome.Split(':', 2) is [var word, .. var rest]
            && Enum.TryParse<CheckStatus>(word.Trim(), ignoreCase: true, out var status)
            && Enum.IsDefined(status))
        {
            return new Check { Id = id.Trim(), Status = status, Detail = rest is [var detail] ? detail.Trim() : null };
        }

        errors.Add($"--check \"{text}\" is not understood; write it as ID=pass, ID=fail: what was seen, or ID=skipped.");
        return null;
    }

    private static void Set<T>(JsonObject message, string name, T? given, T? otherwise)
    {
        if (given is not null)
        {
            message[name] = JsonSerializer.SerializeToNode(given, MeshJson.Options);
        }
        else if (otherwise is not null && !message.ContainsKey(name))
        {
            message[name] = JsonSerializer.SerializeToNode(otherwise, MeshJson.Options);
        }
    }
}
