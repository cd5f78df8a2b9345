using System.Text.Json.Nodes;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>opencode (<c>opencode run</c>).</summary>
public sealed class OpenCode : ICodingAgent
{
    /// <inheritdoc/>
    public string Name => "opencode";

    /// <inheritdoc/>
    public CodingAgentNeeds Needs { get; } = new()
    {
        Title = "opencode",
        Program = "opencode",
        Package = "opencode-ai",
        Measured = "1.18.33",
        Keys = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENCODE_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"],
        Settings = ["OPENCODE_CONFIG", "OPENCODE_CONFIG_CONTENT"],
        Logins = ["auth.json"],
        Home = ".local/share/opencode",
        HomeMovedBy = ("XDG_DATA_HOME", "opencode"),
        Login = "run 'opencode auth login', or name a provider in a file that OPENCODE_CONFIG names",
        Rights = "tools and commands are allowed one by one; there is no sandbox of the operating system",
    };

    /// <inheritdoc/>
    public bool TakesSchema => false;

    /// <inheritdoc/>
    public string? NewSession(string home) => null;

    /// <inheritdoc/>
    public CodingLaunch Launch(CodingSession session, CodingPrompt prompt)
    {
        var flags = session.Flags;

        // Without a title of ours the model is asked for one, in a call that no event tells of.
        List<string> arguments = ["run", "--format", "json", "--pure", "--title", "mesh"];
        if (flags.Model is { } model)
        {
            arguments.AddRange(["-m", model]);
        }

        if (session.CanResume)
        {
            arguments.AddRange(["-s", session.Id!]);
        }

        return new CodingLaunch(new ProgramStart
        {
            FileName = prompt.Program ?? Needs.Program,
            Arguments = arguments,
            Folder = prompt.Folder,
            Input = prompt.Text,
            Environment = new Dictionary<string, string?>
            {
                ["OPENCODE_CONFIG_CONTENT"] = new JsonObject { ["permission"] = PermissionsOf(flags) }.ToJsonString(),
                ["OPENCODE_DISABLE_AUTOUPDATE"] = "1",
                ["OPENCODE_DISABLE_MODELS_FETCH"] = "1",
                ["OPENCODE_DISABLE_LSP_DOWNLOAD"] = "1",
                ["OPENCODE_DISABLE_DEFAULT_PLUGINS"] = "1",
            },
        });
    }

    /// <inheritdoc/>
    public CodingOutput Listen(CodingSession session) => new Output(session);

    // Deny, never ask: a question that nobody answers breaks the run off, with exit code 0.
    private static JsonObject PermissionsOf(CodingFlags flags)
    {
        var commands = new JsonObject { ["*"] = "deny" };
        foreach (var command in flags.Allow)
        {
            commands[command] = "allow";
        }

        return new JsonObject
        {
            ["*"] = "deny",
            ["read"] = "allow",
            ["glob"] = "allow",
            ["grep"] = "allow",
            ["list"] = "allow",
            ["edit"] = flags.Role == CodingRole.Builder ? "allow" : "deny",
            ["bash"] = commands,
        };
    }

    private sealed class Output(CodingSession session) : CodingOutput
    {
        private readonly List<string> _texts = [];
        private string? _error;
        private int? _status;
        private string? _finish;

        public override void Read(string line)
        {
            if (JsonLine.Parse(line) is not { } said)
            {
                return;
            }

            Session = said.TextAt("sessionID") ?? Session;
            switch (said.TextAt("type"))
            {
                case "step_start":
                    _texts.Clear();
                    break;
                case "text" when said.TextAt("part", "text") is { } text:
                    _texts.Add(text);
                    break;
                case "step_finish":
                    Calls++;
                    _finish = said.TextAt("part", "reason");
                    if (said.At("part") is { } step)
                    {
                        Count(step, session.Flags.Model is { } model ? model[(model.IndexOf('/') + 1)..] : null);
                    }

                    break;
                case "error":
                    _error ??= said.TextAt("error", "data", "message")
                        ?? said.TextAt("error", "message")
                        ?? said.TextAt("error", "name");
                    _status ??= (int)said.CountAt("error", "data", "statusCode") is > 0 and var status ? status : null;
                    break;
            }
        }

        public override CodingResult Finish(ProgramEnd ended)
        {
            var text = string.Join("\n", _texts);
            if (_error is null && ended.ExitCode == 0)
            {
                // A run that a refused permission broke off ends well, but in the middle of its work.
                return new CodingResult(text, null, _finish is null or "tool-calls"
                    ? new CodingFailure(CodingFailureKind.Other, "it stopped in the middle of its work")
                    : null);
            }

            var words = _error ?? (ended.ErrorTail.Length > 0 ? ended.ErrorTail : $"exit code {ended.ExitCode}, without a word");
            return new CodingResult(text, null, words.Contains("Session not found", StringComparison.OrdinalIgnoreCase)
                ? new CodingFailure(CodingFailureKind.LostSession, "its session is gone")
                : CodingFailure.Of(words, _status));
        }
    }
}
