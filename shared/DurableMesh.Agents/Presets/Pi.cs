using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>pi (<c>pi -p</c>).</summary>
public sealed class Pi : ICodingAgent
{
    /// <inheritdoc/>
    public string Name => "pi";

    /// <inheritdoc/>
    public CodingAgentNeeds Needs { get; } = new()
    {
        Title = "pi",
        Program = "pi",
        Package = "@mariozechner/pi-coding-agent",
        Measured = "0.73.1",
        Keys = ["ANTHROPIC_API_KEY", "ANTHROPIC_OAUTH_TOKEN", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"],
        Logins = ["auth.json", "models.json"],
        Home = ".pi/agent",
        HomeMovedBy = ("PI_CODING_AGENT_DIR", ""),
        Login = "set the provider's key (ANTHROPIC_API_KEY, OPENAI_API_KEY …), or name a provider in ~/.pi/agent/models.json",
        Rights =
            "tools are allowed one by one, commands are not: with any --allow its shell may do what you may; give it a machine " +
            "or a container of its own",
    };

    /// <inheritdoc/>
    public bool TakesSchema => false;

    /// <inheritdoc/>
    public string? NewSession(string home) => Path.Combine(home, $"pi-{Guid.NewGuid():N}.jsonl");

    /// <inheritdoc/>
    public string? FileOf(CodingSession session) => session.Id;

    /// <inheritdoc/>
    public CodingLaunch Launch(CodingSession session, CodingPrompt prompt)
    {
        var flags = session.Flags;
        string[] tools =
        [
            "read", "grep", "find", "ls",
            .. flags.Role == CodingRole.Builder ? (string[])["edit", "write"] : [],
            .. flags.Allow.Count > 0 ? (string[])["bash"] : [],
        ];
        List<string> arguments =
        [
            "-p", "--mode", "json",
            "--session", session.Id!,
            "--no-extensions", "--no-skills", "--no-prompt-templates", "--no-context-files",
            "--tools", string.Join(',', tools),
        ];
        if (flags.Model?.Split('/', 2) is { } model)
        {
            arguments.AddRange(model.Length == 1 ? ["--model", model[0]] : ["--provider", model[0], "--model", model[1]]);
        }

        return new CodingLaunch(new ProgramStart
        {
            FileName = prompt.Program ?? Needs.Program,
            Arguments = arguments,
            Folder = prompt.Folder,
            Input = prompt.Text,
            Environment = new Dictionary<string, string?> { ["PI_OFFLINE"] = "1", ["PI_TELEMETRY"] = "0" },
        });
    }

    /// <inheritdoc/>
    public CodingOutput Listen(CodingSession session) => new Output();

    private sealed class Output : CodingOutput
    {
        private string? _text;
        private string? _stopReason;
        private string? _error;

        public override void Read(string line)
        {
            // All other lines repeat what the ends of messages say, some of them with every token.
            if (!line.StartsWith("{\"type\":\"message_end\"", StringComparison.Ordinal)
                || JsonLine.Parse(line)?.At("message") is not { } message
                || message.TextAt("role") != "assistant")
            {
                return;
            }

            Calls++;
            _stopReason = message.TextAt("stopReason");
            _error = message.TextAt("errorMessage");
            _text = string.Join("\n", message.ItemsAt("content").Select(part => part.TextAt("text")).OfType<string>());
            Count(message);
        }

        public override CodingResult Finish(ProgramEnd ended)
        {
            // The exit code is 0 after most failures, so only the last answer tells.
            if (ended.ExitCode == 0 && _stopReason == "stop")
            {
                return new CodingResult(_text);
            }

            return new CodingResult(_text, null, _stopReason switch
            {
                _ when _error is not null => CodingFailure.Of(_error),
                "length" => new CodingFailure(CodingFailureKind.Other, "its answer was cut at the model's limit"),
                "toolUse" => new CodingFailure(CodingFailureKind.Other, "it stopped in the middle of its work"),
                _ => CodingFailure.Of(
                    ended.ErrorTail.Length > 0 ? ended.ErrorTail : $"exit code {ended.ExitCode}, without an answer"),
            });
        }
    }
}
