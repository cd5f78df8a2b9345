using System.Security.Cryptography;
using System.Text;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>
/// What a provider would have in its cache: prompts by their beginning. Four characters are a token; nothing expires, and
/// nothing is too short to be kept. Not for more than one thread.
/// </summary>
internal sealed class PromptCache
{
    private readonly Dictionary<string, List<string>> _prompts = [];
    private readonly HashSet<(string Model, string Beginning)> _marked = [];
    private readonly Dictionary<string, int> _attempts = [];

    /// <summary>The length of a text in tokens.</summary>
    public static long Tokens(long characters) => (characters + 3) / 4;

    /// <summary>Counts how often a prompt has been sent, this time included.</summary>
    public int Attempt(ModelRequest request)
    {
        var prompt = request.Model + '\n' + Whole(request);
        return _attempts[prompt] = _attempts.GetValueOrDefault(prompt) + 1;
    }

    /// <summary>Reads a prompt: how much of it was known, and how much will be.</summary>
    public ModelTokens Read(ModelRequest request, long output) =>
        (request.Api == ModelApi.Messages ? ReadMarked(request) : ReadPrefix(request)) with { Output = output };

    // OpenAI: whatever a prompt shares with an earlier one from its first character on.
    private ModelTokens ReadPrefix(ModelRequest request)
    {
        if (!_prompts.TryGetValue(request.Model, out var earlier))
        {
            _prompts[request.Model] = earlier = [];
        }

        var prompt = Whole(request);
        var all = Tokens(prompt.Length);
        var shared = earlier.Select(other => prompt.AsSpan().CommonPrefixLength(other)).DefaultIfEmpty().Max();
        earlier.Add(prompt);
        var cached = shared == prompt.Length ? all : shared / 4;
        return new ModelTokens(all - cached, cached, 0, 0);
    }

    // Anthropic: up to a mark, if the same parts stood before the mark of an earlier prompt.
    private ModelTokens ReadMarked(ModelRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long characters = 0, known = 0, marked = 0;
        List<string> marks = [];
        var lastMark = request.Prompt.Select((part, index) => part.IsMarked ? index : -1).DefaultIfEmpty(-1).Max();
        foreach (var (index, part) in request.Prompt.Index())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part.Text));
            hash.AppendData([0]);
            characters += part.Text.Length;
            var beginning = Convert.ToHexString(hash.GetCurrentHash());
            if (index <= lastMark && _marked.Contains((request.Model, beginning)))
            {
                known = characters;
            }

            if (part.IsMarked)
            {
                marked = characters;
                marks.Add(beginning);
            }
        }

        _marked.UnionWith(marks.Select(beginning => (request.Model, beginning)));
        var (all, cached, kept) = (Tokens(characters), Tokens(known), Tokens(marked));
        return new ModelTokens(all - kept, cached, kept - cached, 0);
    }

    private static string Whole(ModelRequest request) => string.Concat(request.Prompt.Select(part => part.Text));
}
