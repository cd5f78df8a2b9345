using System.Globalization;
using System.Text.Json;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>Claude Code (<c>claude -p</c>).</summary>
public sealed class ClaudeCode : ICodingAgent
{
    /// <inheritdoc/>
    public string Name => "claude-code";

    /// <inheritdoc/>
    public CodingAgentNeeds Needs { get; } = new()
    {
        Title = "Claude Code",
        Program = "claude",
        Package = "@anthropic-ai/claude-code",
        Measured = "2.1.197",
        Keys = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
        Settings = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"],
        Logins = [".credentials.json"],
        Home = ".claude",
        HomeMovedBy = ("CLAUDE_CONFIG_DIR", ""),
        Login = "run 'claude' once and log in, or set ANTHROPIC_API_KEY",
        Rights = "tools and commands are allowed one by one; there is no sandbox of the operating system",
    };

    /// <inheritdoc/>
    public bool TakesSchema => true;

    /// <inheritdoc/>
    public string? NewSession(string home) => Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public CodingLaunch Launch(CodingSession session, CodingPrompt prompt)
    {
        var flags = session.Flags;
        string[] files = flags.Role == CodingRole.Builder ? ["Read", "Edit", "Write", "Glob", "Grep"] : ["Read", "Glob", "Grep"];
        string[] tools = flags.Allow.Count == 0 ? files : [.. files, "Bash"];
        var allowed = files.Concat(flags.Allow.Select(command => $"Bash({command})"));
        List<string> arguments =
        [
            "-p", "--output-format", "stream-json", "--verbose",
            "--setting-sources=", "--strict-mcp-config", "--disable-slash-commands", "--exclude-dynamic-system-prompt-sections",
            "--permission-mode", "dontAsk",
            $"--tools={string.Join(',', tools)}",
            $"--allowedTools={string.Join(',', allowed)}",
            "--max-turns", flags.MaxTurns.ToString(CultureInfo.InvariantCulture),
        ];
        Add(arguments, "--model", flags.Model);
        Add(arguments, "--max-budget-usd", flags.MaxUsd?.ToString(CultureInfo.InvariantCulture));
        Add(arguments, "--json-schema", flags.Schema);
        Add(arguments, session.CanResume ? "--resume" : "--session-id", session.Id);
        return new CodingLaunch(new ProgramStart
        {
            FileName = prompt.Program ?? Needs.Program,
            Arguments = arguments,
            Folder = prompt.Folder,
            Input = prompt.Text,
            Environment = new Dictionary<string, string?>
            {
                ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",

                // The git status stands before the conversation and is taken anew at every start: one commit, and nothing is
                // cached.
                ["CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS"] = "1",

                // A verifier takes longer than the few minutes that a cache mark holds by default.
                ["ENABLE_PROMPT_CACHING_1H"] = "1",

                // The runner waits for minutes where the provider is overloaded; a wrong key is not tried for another one.
                ["CLAUDE_CODE_MAX_RETRIES"] = "2",
            },
        });
    }

    /// <inheritdoc/>
    public CodingOutput Listen(CodingSession session) => new Output();

    private static void Add(List<string> arguments, string option, string? value)
    {
        if (value is not null)
        {
            arguments.AddRange([option, value]);
        }
    }

    private sealed class Output : CodingOutput
    {
        private readonly HashSet<string> _counted = [];
        private JsonElement? _result;

        public override void Read(string line)
        {
            if (JsonLine.Parse(line) is not { } said)
            {
                return;
            }

            Session = said.TextAt("session_id") ?? Session;
            switch (said.TextAt("type"))
            {
                case "assistant" when said.At("message") is { } message && _counted.Add(message.TextAt("id") ?? ""):
                    // An answer is printed once for each of its parts, every time with the same usage.
                    Calls++;
                    Count(message);
                    break;
                case "result":
                    _result = said;
                    Recount(said);
                    break;
            }
        }

        public override CodingResult Finish(ProgramEnd ended)
        {
            if (_result is not { } result)
            {
                var words = ended.ErrorTail.Length > 0 ? ended.ErrorTail : "it said no result";
                return new CodingResult(null, null, IsLost(words)
                    ? new CodingFailure(CodingFailureKind.LostSession, "its session is gone")
                    : CodingFailure.Of($"exit code {ended.ExitCode}: {words}"));
            }

            var text = result.TextAt("result");
            var status = (int)result.CountAt("api_error_status");
            var failure = result.TextAt("subtype") switch
            {
                "error_max_turns" => new(CodingFailureKind.TurnLimit, "it made as many calls as --max-turns allows"),
                "error_max_budget_usd" => new(CodingFailureKind.MoneyLimit, "it spent as much as --max-usd allows"),
                _ when !result.IsTrueAt("is_error") && ended.ExitCode == 0 => null,
                var subtype => Explain(text ?? string.Join("; ", Errors(result)) ?? subtype!, status),
            };
            return new CodingResult(text, result.At("structured_output")?.GetRawText(), failure);
        }

        private static CodingFailure Explain(string words, int status) => IsLost(words)
            ? new CodingFailure(CodingFailureKind.LostSession, "its session is gone")
            : CodingFailure.Of(words.Length > 0 ? words : "it failed without a word", status == 0 ? null : status);

        private static IEnumerable<string> Errors(JsonElement result) =>
            result.ItemsAt("errors").Where(error => error.ValueKind == JsonValueKind.String).Select(error => error.GetString()!);

        private static bool IsLost(string words) => words.Contains("No conversation found", StringComparison.Ordinal);
    }
}
