using System.Reflection;
using System.Text.RegularExpressions;

namespace DurableMesh.Tests.LocalHost.ApiSurface;

/// <summary>What the official packages offer, read from the listings.</summary>
internal sealed partial class ApiListing
{
    private readonly Dictionary<string, ApiType> _types = [];

    public ApiListing(IEnumerable<ApiType> types)
    {
        foreach (ApiType type in types)
        {
            // Two packages may add to one namespace a static class of the same name.
            _types[type.FullName] = _types.TryGetValue(type.FullName, out ApiType? known)
                ? known with { Members = [.. known.Members, .. type.Members] }
                : type;
        }
    }

    public IReadOnlyCollection<ApiType> Types => _types.Values;

    public ApiType? Find(string fullName) => _types.GetValueOrDefault(fullName);

    /// <summary>All listings that lie under <c>official-api</c>.</summary>
    public static ApiListing Official()
    {
        Assembly assembly = typeof(ApiListing).Assembly;
        return new(assembly.GetManifestResourceNames().Where(name => name.Contains(".official_api.", StringComparison.Ordinal))
            .SelectMany(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return Parse(reader.ReadToEnd());
            }));
    }

    public static IEnumerable<ApiType> Parse(string listing)
    {
        string space = "";
        List<string> attributes = [];
        ApiType? type = null;
        List<ApiLine> members = [];

        foreach (string line in listing.Split('\n').Select(line => line.TrimEnd()))
        {
            string text = line.Trim();
            if (text.Length == 0 || text.StartsWith("//", StringComparison.Ordinal))
            {
                continue;
            }

            if (text.StartsWith("namespace ", StringComparison.Ordinal))
            {
                space = text["namespace ".Length..];
            }
            else if (text[0] == '[')
            {
                attributes.Add(text);
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                foreach (string member in IsEnum(type!) ? text.Split(", ") : [text])
                {
                    members.Add(new(member, attributes));
                }

                attributes = [];
            }
            else
            {
                if (type is not null)
                {
                    yield return type;
                }

                members = [];
                type = new(space, NameIn(text), new(text, attributes), members);
                attributes = [];
            }
        }

        if (type is not null)
        {
            yield return type;
        }
    }

    private static bool IsEnum(ApiType type) => type.Header.Text.Contains(" enum ", StringComparison.Ordinal);

    private static string NameIn(string header)
    {
        Regex name = header.Contains(" delegate ", StringComparison.Ordinal) ? DelegateName() : TypeName();
        Match match = name.Match(header);
        return match.Success ? match.Groups[1].Value : throw new FormatException($"This is no type's header: {header}");
    }

    [GeneratedRegex(@" (?:class|record|struct|interface|enum) ([\w.]+(?:<[^>]*>)?)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@" ([\w.]+(?:<[^>]*>)?)\(")]
    private static partial Regex DelegateName();
}
