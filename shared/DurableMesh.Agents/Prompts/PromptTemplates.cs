using System.Globalization;
using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Prompts;

/// <summary>
/// Turns what an agent has to answer into words for a model. The words are files, and each of them can be replaced. Prompts
/// begin with words of the template, never with the peer's, so that nothing that a peer writes can be taken for a command of
/// the program that reads the prompt; and what the peer wrote stands between marks that it cannot forge (<see
/// cref="QuotedText"/>).
/// </summary>
public sealed partial class PromptTemplates
{
    private static readonly string[] Fields =
        ["agent", "peer", "task", "round", "brief", "news", "how", "reason", "detail"];

    private readonly Dictionary<string, string> _texts;

    private PromptTemplates(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>Names of the templates: the files' without <c>.txt</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["builder", "verifier", "begin", "builder-next", "verifier-next", "question", "refused"];

    /// <summary>The templates that come along.</summary>
    public static PromptTemplates Default { get; } = new(Names.ToDictionary(name => name, ReadEmbedded));

    /// <summary>Takes templates from a folder, <c>NAME.txt</c>; those that come along where it has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FormatException">A file is no template; the message says which, why, and what would be.</exception>
    public static PromptTemplates Load(string folder)
    {
        var texts = new Dictionary<string, string>(Default._texts);
        foreach (var file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!texts.ContainsKey(name))
            {
                throw new FormatException($"{file} is no template. There are: {string.Join(", ", Names)}.");
            }

            texts[name] = Check(file, File.ReadAllText(file));
        }

        return new PromptTemplates(texts);
    }

    /// <summary>What a session begins with: the agent's part, how to take what others write, and the brief.</summary>
    /// <param name="turn">A message of the thread.</param>
    /// <param name="agent">The agent.</param>
    public string Introduction(AgentTurn turn, string agent) =>
        Render(agent == turn.Thread.Initiator ? "builder" : "verifier", turn, agent, "");

    /// <summary>What is new since the agent's last turn, and what it has to do now.</summary>
    /// <param name="turn">The message to answer.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="how">How a verdict is given, a sentence; for a verifier.</param>
    public string Next(AgentTurn turn, string agent, string how = "")
    {
        var name = (turn.Refused, turn.Message.Kind, agent == turn.Thread.Initiator) switch
        {
            (not null, _, _) => "refused",
            (_, MessageKind.Brief, _) => "begin",
            (_, MessageKind.Question, _) => "question",
            (_, MessageKind.Submission, false) when turn.Thread.IsAdvice => "question",
            (_, _, true) => "builder-next",
            _ => "verifier-next",
        };
        return Render(name, turn, agent, how);
    }

    /// <summary>A whole prompt: the introduction where the session is new, and what is to be done now.</summary>
    /// <param name="turn">The message to answer.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="isFirst">Whether the model knows nothing of the thread yet.</param>
    /// <param name="how">How a verdict is given, a sentence; for a verifier.</param>
    public string Whole(AgentTurn turn, string agent, bool isFirst, string how = "")
    {
        if (!isFirst)
        {
            return Next(turn, agent, how);
        }

        // A model that knows nothing has to hear what was said before it hears that its answer was not taken.
        var said = Next(turn with { Refused = null }, agent, how);
        var refused = turn.Refused is null ? "" : $"\n{Next(turn, agent, how)}";
        return $"{Introduction(turn, agent)}\n{said}{refused}";
    }

    private string Render(string name, AgentTurn turn, string agent, string how)
    {
        var (thread, isBuilder) = (turn.Thread, agent == turn.Thread.Initiator);

        // In one pass: what is put in is not looked at again.
        return Field().Replace(_texts[name], match => match.Groups[1].Value switch
        {
            "agent" => agent,
            "peer" => isBuilder ? thread.Responder : thread.Initiator,
            "task" => thread.McTask,
            "round" => thread.Round.ToString(CultureInfo.InvariantCulture),
            "brief" => QuotedText.Of(turn.Brief, thread.Subject),
            "news" => string.Join("\n\n", News(turn).Select(message => QuotedText.Of(message))),
            "how" => how,
            "reason" => turn.Refused?.Reason ?? "",
            "detail" => turn.Refused is { } refused ? QuotedText.Of("refusal", refused.Detail) : "",
            var other => throw new InvalidOperationException($"No field {other}."),
        });
    }

    private static IEnumerable<MessageView> News(AgentTurn turn) => turn.Since.Append(turn.Message)
        .Where(message => message.Kind != MessageKind.Brief)
        .DistinctBy(message => message.Sequence)
        .OrderBy(message => message.Sequence);

    private static string ReadEmbedded(string name)
    {
        var resource = $"{typeof(PromptTemplates).Namespace}.Templates.{name}.txt";
        using var reader = new StreamReader(typeof(PromptTemplates).Assembly.GetManifestResourceStream(resource)!);
        return Check(name, reader.ReadToEnd());
    }

    private static string Check(string name, string text)
    {
        if (text.Length == 0 || !char.IsLetter(text[0]))
        {
            throw new FormatException(
                $"{name} must begin with a word of its own: the programs that read prompts take other beginnings for commands.");
        }

        var unknown = Field().Matches(text).Select(match => match.Groups[1].Value).Except(Fields).FirstOrDefault();
        return unknown is null
            ? text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n"
            : throw new FormatException(
                $"{name} has {{{{{unknown}}}}}, which nobody fills in. There are: {string.Join(", ", Fields)}.");
    }

    [GeneratedRegex(@"\{\{([^{}\n]*)\}\}")]
    private static partial Regex Field();
}
