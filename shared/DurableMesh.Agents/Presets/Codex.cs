using System.Text.Json;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>Codex (<c>codex exec</c>).</summary>
public sealed class Codex : ICodingAgent
{
    /// <inheritdoc/>
    public string Name => "codex";

    /// <inheritdoc/>
    public CodingAgentNeeds Needs { get; } = new()
    {
        Title = "Codex",
        Program = "codex",
        Package = "@openai/codex",
        Measured = "0.171.0",
        Keys = ["CODEX_API_KEY", "OPENAI_API_KEY"],
        Logins = ["auth.json", "config.toml"],
        Home = ".codex",
        HomeMovedBy = ("CODEX_HOME", ""),
        Login = "run 'codex login', or name a provider with its env_key in ~/.codex/config.toml",
        Rights =
            "a sandbox of the operating system: a builder writes in its working copy only, a verifier nowhere, unless it has " +
            "commands to run; single commands cannot be told apart",
    };

    /// <inheritdoc/>
    public bool TakesSchema => true;

    /// <inheritdoc/>
    public string? NewSession(string home) => null;

    /// <inheritdoc/>
    public CodingLaunch Launch(CodingSession session, CodingPrompt prompt)
    {
        var flags = session.Flags;

        // A test command writes what it builds; a verifier without one writes nothing at all.
        var sandbox = flags.Role == CodingRole.Builder || flags.Allow.Count > 0 ? "workspace-write" : "read-only";
        var files = new Dictionary<string, string>();
        List<string> arguments =
        [
            .. session.CanResume ? (string[])["exec", "resume"] : ["exec"],
            "--json", "--skip-git-repo-check",

            // A resumed session is read-only unless the sandbox is said again.
            "-c", $"sandbox_mode=\"{sandbox}\"",
            "-c", "approval_policy=\"never\"",
            "-c", "sandbox_workspace_write.exclude_slash_tmp=true",
            "-c", "sandbox_workspace_write.exclude_tmpdir_env_var=true",
            "-c", "web_search=\"disabled\"",
            "--disable", "plugins",
        ];
        if (flags.Model is { } model)
        {
            arguments.AddRange(["-m", model]);
        }

        if (flags.Schema is { } schema)
        {
            var file = Path.Combine(prompt.Home, "answer.schema.json");
            files[file] = schema;
            arguments.AddRange(["--output-schema", file]);
        }

        if (session.CanResume)
        {
            arguments.Add(session.Id!);
        }

        arguments.Add("-");
        return new CodingLaunch(
            new ProgramStart
            {
                FileName = prompt.Program ?? Needs.Program,
                Arguments = arguments,
                Folder = prompt.Folder,
                Input = prompt.Text,
            },
            files);
    }

    /// <inheritdoc/>
    public CodingOutput Listen(CodingSession session) => new Output(session);

    private sealed class Output(CodingSession session) : CodingOutput
    {
        private string? _text;
        private string? _error;
        private bool _isDone;

        public override void Read(string line)
        {
            if (JsonLine.Parse(line) is not { } said)
            {
                return;
            }

            switch (said.TextAt("type"))
            {
                case "thread.started":
                    Session = said.TextAt("thread_id");
                    break;
                case "item.completed" when said.TextAt("item", "type") == "agent_message":
                    Calls++;
                    _text = said.TextAt("item", "text");
                    break;
                case "item.completed" when said.TextAt("item", "type") is not ("reasoning" or "error"):
                    Calls++;
                    break;
                case "turn.completed":
                    _isDone = true;
                    CountSession(said, session.Reported, session.Flags.Model);
                    break;
                case "turn.failed":
                    _error = WordsOf(said.TextAt("error", "message"));
                    CountSession(said, session.Reported, session.Flags.Model);
                    break;
                case "error":
                    _error ??= WordsOf(said.TextAt("message"));
                    break;
            }
        }

        public override CodingResult Finish(ProgramEnd ended)
        {
            if (_isDone && ended.ExitCode == 0)
            {
                return new CodingResult(_text);
            }

            var words = _error ?? (ended.ErrorTail.Length > 0 ? ended.ErrorTail : $"exit code {ended.ExitCode}, without a word");
            var isLost = $"{_error} {ended.ErrorTail}".Contains("no rollout found", StringComparison.Ordinal);
            return new CodingResult(_text, null, isLost
                ? new CodingFailure(CodingFailureKind.LostSession, "its session is gone")
                : CodingFailure.Of(words));
        }

        // A provider's error arrives as JSON within the text.
        private static string? WordsOf(string? message) =>
            message is not null && JsonLine.Parse(message) is { } error
                ? $"{error.CountAt("status")} {error.TextAt("error", "message") ?? message}"
                : message;
    }
}
