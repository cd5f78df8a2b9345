using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.LocalHost;

/// <summary>The route of an HTTP function.</summary>
/// <param name="Text">The whole template with the route prefix, without a leading slash.</param>
/// <param name="Pattern">The template, parsed.</param>
/// <param name="Methods">The HTTP methods in upper case; empty for all.</param>
internal sealed record HttpRoute(string Text, RoutePattern Pattern, IReadOnlyList<string> Methods)
{
    /// <summary>The Functions host keeps these first segments for its own endpoints.</summary>
    private static readonly string[] Reserved = ["admin", "runtime"];

    /// <summary>The route that the trigger declares.</summary>
    /// <exception cref="FormatException">The template is not right; the message says why.</exception>
    public static HttpRoute Of(string function, HttpTriggerAttribute trigger, string prefix)
    {
        var template = trigger.Route ?? function;
        if (template.StartsWith('/') || template.StartsWith('~'))
        {
            throw new FormatException($"route '{template}' must not start with '{template[0]}'.");
        }

        var text = string.Join('/', new[] { prefix, template.TrimEnd('/') }.Where(part => part.Length > 0));
        var first = text.Split('/')[0];
        if (Reserved.Contains(first, StringComparer.OrdinalIgnoreCase))
        {
            throw new FormatException($"route '{text}' starts with '{first}', which the Functions host keeps for itself.");
        }

        var methods = (trigger.Methods ?? []).Select(method => method.ToUpperInvariant()).Distinct();
        return new HttpRoute(text, Parse(text), [.. methods]);
    }

    /// <summary>Whether one request could match both and neither would win.</summary>
    public bool Overlaps(HttpRoute other) =>
        Shape == other.Shape && (Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods).Any());

    /// <summary>The template with the parameters' names left out, for they do not matter to what it matches.</summary>
    private string Shape =>
        string.Join('/', Pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(ShapeOf))));

    private static string ShapeOf(RoutePatternPart part) => part switch
    {
        RoutePatternParameterPart parameter =>
            $"{{{parameter.ParameterKind}:{string.Join(':', parameter.ParameterPolicies.Select(policy => policy.Content))}}}",
        RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    };

    private static RoutePattern Parse(string text)
    {
        try
        {
            return RoutePatternFactory.Parse(text);
        }
        catch (RoutePatternException error)
        {
            throw new FormatException($"route '{text}' is not right: {error.Message}", error);
        }
    }
}
