using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>The words, checks and artifacts of a reply.</summary>
internal sealed class ReplyParts
{
    private readonly Argument<string?> _body = new("BODY")
    {
        Description = "What it says; - for standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _checks = new("--check", "-c")
    {
        Description = "A check, for instance --check \"AC-1=fail: line 2 is lost\". May be repeated.",
        HelpName = "ID=STATUS[: DETAIL]",
    };

    private readonly Option<string?> _detail = new("--detail")
    {
        Description = "What was seen, for the checks that say nothing of it.",
        HelpName = "TEXT",
    };

    private readonly Option<string[]> _artifacts = new("--artifact")
    {
        Description = "An artifact, as 'mesh artifact put --json' printed it. May be repeated.",
        HelpName = "JSON",
    };

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_body);
        command.Options.Add(_checks);
        command.Options.Add(_detail);
        command.Options.Add(_artifacts);
    }

    /// <summary>Makes the reply.</summary>
    /// <exception cref="CliException">All that is wrong, at once.</exception>
    public async Task<JsonObject> BuildAsync(
        ParseResult parsed, MessageKind kind, Terminal terminal, CancellationToken cancellation)
    {
        var errors = new List<string>();
        var detail = parsed.GetValue(_detail);
        var checks = (parsed.GetValue(_checks) ?? [])
            .Select(text => MessageOptions.ReadCheck(text, errors))
            .OfType<Check>()
            .Select(check => check.Detail is null ? check with { Detail = detail } : check)
            .ToList();
        var artifacts = (parsed.GetValue(_artifacts) ?? [])
            .Select(json => ReadArtifact(json, errors))
            .OfType<Artifact>()
            .ToList();
        var body = parsed.GetValue(_body);
        if (body is null && checks.Count == 0 && kind is not MessageKind.Verdict)
        {
            errors.Add("It says nothing: give a text, or - for standard input.");
        }

        if (errors.Count > 0)
        {
            throw new CliException(ExitCode.Usage, string.Join('\n', errors));
        }

        var reply = new JsonObject { ["kind"] = JsonSerializer.SerializeToNode(kind, MeshJson.Options) };
        if (body is not null)
        {
            reply["body"] = body == InputText.StandardInput
                ? await InputText.ReadAsync(InputText.StandardInput, terminal, cancellation)
                : body;
        }

        Set(reply, "checks", checks);
        Set(reply, "artifacts", artifacts);
        return reply;
    }

    private static void Set<T>(JsonObject reply, string name, List<T> values)
    {
        if (values.Count > 0)
        {
            reply[name] = JsonSerializer.SerializeToNode(values, MeshJson.Options);
        }
    }

    private static Artifact? ReadArtifact(string json, List<string> errors)
    {
        try
        {
            return JsonSerializer.Deserialize<Artifact>(json, MeshJson.Options);
        }
        catch (JsonException malformed)
        {
            errors.Add($"--artifact {json} is no artifact: {malformed.Message}");
            return null;
        }
    }
}
