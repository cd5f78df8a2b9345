using System.Text.RegularExpressions;

namespace DurableMesh.Core.Money;

/// <summary>
/// The names of a model. One model is called <c>claude-sonnet-4-5</c>, <c>claude-sonnet-4-5-20250929</c> and
/// <c>anthropic/claude-sonnet-4-5</c>, at one price. Only these two rules make names the same: another word behind a name
/// (<c>-mini</c>, <c>-pro</c>, <c>-preview</c>) is another model, and another word before it (<c>bedrock/</c>,
/// <c>openrouter/</c>) another seller, whose prices nobody knows here.
/// </summary>
public static partial class ModelName
{
    /// <summary>A name without its maker before it and the date behind it.</summary>
    public static string Plain(string model)
    {
        var maker = Maker().Match(model).Length;
        return Dated().Replace(model[maker..], "");
    }

    [GeneratedRegex("^(anthropic|openai|google|gemini|models)/", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Maker();

    // -20250929 as Anthropic writes it, -2025-08-07 as OpenAI does.
    [GeneratedRegex(@"-20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$|-20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
    private static partial Regex Dated();
}
