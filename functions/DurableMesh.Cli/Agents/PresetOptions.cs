using System.CommandLine;
using System.CommandLine.Parsing;
using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Prompts;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>The options of <c>mesh agent run --with PRESET</c>.</summary>
internal sealed class PresetOptions
{
    private const string Command = "command";
    private const string OpenAI = "openai";
    private const int MostTurns = 1_000;

    private static readonly string[] Names = [.. CodingAgents.All.Select(agent => agent.Name), OpenAI, Command];

    private readonly Option<string> _with = new("--with")
    {
        Description =
            $"Answer with a preset: {string.Join(", ", Names)}. A coding agent keeps one session for each thread; 'mesh agent " +
            $"doctor --with NAME' says what it lacks here. '{OpenAI}' is any model behind an OpenAI-compatible address.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Command,
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description =
            "The preset's model, as the program names it (opencode, pi: PROVIDER/MODEL). Pin it: another one loses the cache.",
        HelpName = "MODEL",
    };

    private readonly Option<CodingRole?> _role = new("--role")
    {
        Description = "The part that the preset plays. [default: the thread's initiator builds, its responder verifies]",
        HelpName = "builder|verifier",
    };

    private readonly Option<string[]> _allow = new("--allow")
    {
        Description =
            "A command that a coding agent may run, for instance \"make *\"; repeat it for more. Without it there is no shell. " +
            "A verifier reads, and runs these; only a builder edits.",
        HelpName = "CMD",
    };

    private readonly Option<int> _maxTurns = CommonOptions.Between(
        1,
        MostTurns,
        new("--max-turns")
        {
            Description = "How many calls of the model one run of a coding agent may make.",
            HelpName = "N",
            DefaultValueFactory = _ => 50,
        });

    private readonly Option<decimal?> _maxUsd = new("--max-usd")
    {
        Description = "What one run of a coding agent may spend, in US dollars, by its own count; beyond that it is stopped.",
        HelpName = "USD",
    };

    private readonly Option<string?> _templates = new("--templates")
    {
        Description =
            "A folder of prompt templates in the place of those that come along: " +
            $"{string.Join(".txt, ", PromptTemplates.Names)}.txt.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _program = new("--program")
    {
        Description = "The coding agent's program, where it is not the usual one on the PATH.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _fresh = new("--fresh")
    {
        Description = "Begin a new session for every message: what a dialogue without sessions costs, to compare.",
    };

    private readonly Option<string?> _address = new("--address")
    {
        Description = $"The address for '{OpenAI}', up to and with /v1; the key is in OPENAI_API_KEY. [default: OpenAI's own]",
        HelpName = "URL",
    };

    /// <summary>Makes them, each with its range.</summary>
    public PresetOptions()
    {
        _with.AcceptOnlyFromAmong(Names);
        _maxUsd.Validators.Add(result =>
        {
            if (result.ValueIfAny<decimal>() is <= 0 or > UsdRounding.MaxUsd)
            {
                result.AddError($"--max-usd is more than 0 and at most {UsdRounding.MaxUsd} US dollars.");
            }
        });
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_with, _model, _role, _allow, _maxTurns, _maxUsd, _templates, _program, _fresh, _address];

    /// <summary>Whether a preset is named that needs no command.</summary>
    public bool IsNamedIn(SymbolResult result) =>
        result.GetResult(_with) is { Implicit: false } && result.GetValue(_with) != Command;

    /// <summary>The preset's name.</summary>
    public string NameIn(ParseResult parsed) => parsed.GetRequiredValue(_with);

    /// <summary>The preset's handler.</summary>
    /// <param name="parsed">The command line; it names a preset other than a command.</param>
    /// <param name="home">The agent's folder.</param>
    /// <param name="mesh">Where patches are kept for the peer.</param>
    /// <param name="workspaces">Where the work is done: only a folder of the thread's own is made what was submitted.</param>
    /// <exception cref="CliException">An option says what cannot be.</exception>
    public IAgentHandler HandlerOf(ParseResult parsed, string home, MeshClient mesh, IWorkspaces workspaces)
    {
        var templates = TemplatesIn(parsed);
        if (CodingAgents.Find(NameIn(parsed)) is not { } cli)
        {
            return Model(parsed, templates);
        }

        return new CodingAgentHandler(cli, new CodingAgentOptions
        {
            Home = Path.Combine(home, "sessions"),
            Program = parsed.GetValue(_program),
            Model = parsed.GetValue(_model),
            Role = parsed.GetValue(_role),
            Allow = parsed.GetValue(_allow) ?? [],
            MaxTurns = parsed.GetValue(_maxTurns),
            MaxUsd = parsed.GetValue(_maxUsd),
            Templates = templates,
            IsFresh = parsed.GetValue(_fresh),
            Attach = (run, files, cancellation) => KeepAsync(mesh, run, files, cancellation),
            Fetch = workspaces is SharedFolder
                ? null
                : (run, patch, cancellation) => mesh.GetArtifactAsync(run.Turn.Thread.ThreadId, patch.Sha256, cancellation),
        });
    }

    private static async Task<IReadOnlyList<Artifact>> KeepAsync(
        MeshClient mesh, AgentRun run, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var kept = new List<Artifact>();
        foreach (var file in files)
        {
            var content = await File.ReadAllBytesAsync(file, cancellation);
            kept.Add(await mesh.PutArtifactAsync(
                run.Turn.Thread.ThreadId, run.Agent, Path.GetFileName(file), content, cancellation));
        }

        return kept;
    }

    private ChatClientHandler Model(ParseResult parsed, PromptTemplates templates)
    {
        var model = parsed.GetValue(_model)
            ?? throw new CliException(ExitCode.Usage, $"--with {OpenAI} needs a --model.");
        var settings = new OpenAIModel { Model = model };
        if (parsed.GetValue(_address) is { } address)
        {
            settings = settings with
            {
                Address = Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                    ? url
                    : throw new CliException(ExitCode.Usage, $"--address: '{address}' is no http:// or https:// address."),
            };
        }

        try
        {
            return new ChatClientHandler(settings.Connect(), new ModelAgentOptions { Templates = templates, Model = model });
        }
        catch (InvalidOperationException unset)
        {
            throw new CliException(ExitCode.Usage, unset.Message, unset);
        }
    }

    private PromptTemplates TemplatesIn(ParseResult parsed)
    {
        if (parsed.GetValue(_templates) is not { } folder)
        {
            return PromptTemplates.Default;
        }

        try
        {
            return PromptTemplates.Load(folder);
        }
        catch (Exception unusable) when (unusable is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"--templates: {unusable.Message}", unusable);
        }
    }
}
