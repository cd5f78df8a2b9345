using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>Gemini CLI (<c>gemini</c>).</summary>
public sealed class GeminiCli : ICodingAgent
{
    private const int SessionIsMissing = 42;
    private const int TooManyTurns = 53;

    /// <inheritdoc/>
    public string Name => "gemini";

    /// <inheritdoc/>
    public CodingAgentNeeds Needs { get; } = new()
    {
        Title = "Gemini CLI",
        Program = "gemini",
        Package = "@google/gemini-cli",
        Measured = "0.61.0",
        Keys = ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        Settings = ["GOOGLE_GENAI_USE_VERTEXAI"],
        Logins = ["oauth_creds.json"],
        Home = ".gemini",
        HomeMovedBy = ("GEMINI_CLI_HOME", ".gemini"),
        Login = "set GEMINI_API_KEY, or run 'gemini' once and log in",
        Rights =
            "tools and commands are allowed one by one; its resumed sessions are hardly cached (another preset is cheaper from " +
            "the second round on), and \"context\": {\"includeDirectoryTree\": false} belongs in ~/.gemini/settings.json",
    };

    /// <inheritdoc/>
    public bool TakesSchema => false;

    /// <inheritdoc/>
    public string? NewSession(string home) => Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public CodingLaunch Launch(CodingSession session, CodingPrompt prompt)
    {
        var flags = session.Flags;
        var policy = Path.Combine(prompt.Home, "gemini-policy.toml");
        List<string> arguments =
        [
            "-o", "json",
            "--approval-mode", flags.Role == CodingRole.Builder ? "auto_edit" : "default",
            "--policy", policy,
            session.CanResume ? "--resume" : "--session-id", session.Id!,
        ];
        if (flags.Model is { } model)
        {
            arguments.AddRange(["-m", model]);
        }

        return new CodingLaunch(
            new ProgramStart
            {
                FileName = prompt.Program ?? Needs.Program,
                Arguments = arguments,
                Folder = prompt.Folder,

                // It takes @name for a file to put in; what peers say must not do so.
                Input = prompt.Text.Replace("@", "\\@", StringComparison.Ordinal),
                Environment = new Dictionary<string, string?> { ["GEMINI_CLI_TRUST_WORKSPACE"] = "true" },
            },
            new Dictionary<string, string> { [policy] = PolicyOf(flags) });
    }

    /// <inheritdoc/>
    public CodingOutput Listen(CodingSession session) => new Output();

    // Denied for all, allowed for some: the higher priority decides.
    private static string PolicyOf(CodingFlags flags)
    {
        var rules = new StringBuilder();
        void Add(string conditions, string decision, int priority) => rules.Append(
            CultureInfo.InvariantCulture, $"[[rule]]\n{conditions}\ndecision = \"{decision}\"\npriority = {priority}\n\n");

        Add("toolName = [\"run_shell_command\", \"web_fetch\", \"google_web_search\"]\nargsPattern = \".*\"", "deny", 100);
        if (flags.Role == CodingRole.Verifier)
        {
            Add("toolName = [\"write_file\", \"replace\"]", "deny", 100);
        }

        foreach (var command in flags.Allow)
        {
            var pattern = command.EndsWith('*') ? Regex.Escape(command[..^1]) : $"{Regex.Escape(command)}\"";
            Add($"toolName = \"run_shell_command\"\ncommandRegex = {CanonicalJson.Quote(pattern)}", "allow", 200);
        }

        return rules.ToString();
    }

    private sealed class Output : CodingOutput
    {
        // It prints one document over many lines, and counts only at its end.
        private readonly StringBuilder _document = new();

        public override void Read(string line)
        {
            if (_document.Length < BoundedText.Limit)
            {
                _document.Append(line).Append('\n');
            }
        }

        public override CodingResult Finish(ProgramEnd ended)
        {
            var said = JsonLine.Parse(_document.ToString());
            if (said is { } result)
            {
                Session = result.TextAt("session_id");
                if (result.At("stats") is { } stats)
                {
                    Recount(stats);
                }

                Calls = (int)(result.At("stats", "models") is { } all
                    ? all.EnumerateObject().Sum(model => model.Value.CountAt("api", "totalRequests"))
                    : 0);
            }

            var error = said?.At("error") ?? ErrorIn(ended.ErrorTail);
            var text = said?.TextAt("response");
            if (ended.ExitCode == 0 && error is null && said is not null)
            {
                return new CodingResult(text);
            }

            var words = error?.TextAt("message") ?? (ended.ErrorTail.Length > 0 ? ended.ErrorTail : "it said nothing");
            var status = (int)(error?.CountAt("code") ?? 0);
            return new CodingResult(text, null, ended.ExitCode switch
            {
                SessionIsMissing => new CodingFailure(CodingFailureKind.LostSession, "its session is gone"),
                TooManyTurns => new CodingFailure(CodingFailureKind.TurnLimit, "it made as many calls as its settings allow"),
                _ => CodingFailure.Of(words, status is >= 400 and < 600 ? status : null),
            });
        }

        private static JsonElement? ErrorIn(string errors) =>
            errors.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start
                ? JsonLine.Parse(errors[start..])?.At("error")
                : null;
    }
}
