using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// What the XML docs say of types and members, as Markdown: the descriptions of schemas are the code's own, one text in one
/// place. The files lie beside the assemblies; where one is missing its descriptions are, and nothing else.
/// </summary>
internal sealed partial class XmlDocs
{
    private readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> _files = new();

    /// <summary>The summary of a type; null where there is none.</summary>
    public string? Of(Type type) => Summary(type.Assembly, $"T:{NameOf(type)}");

    /// <summary>The summary of an enum's value.</summary>
    public string? Of(Type type, string value) => Summary(type.Assembly, $"F:{NameOf(type)}.{value}");

    /// <summary>The summary of a property, or what a record says of the parameter that it is.</summary>
    public string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        return Summary(type.Assembly, $"P:{NameOf(type)}.{property.Name}")
            ?? Find(type.Assembly, $"T:{NameOf(type)}")?.Elements("param")
                .Where(param => param.Attribute("name")?.Value == property.Name).Select(Text).FirstOrDefault()
            ?? type.GetInterfaces().Select(one => one.GetProperty(property.Name)).OfType<PropertyInfo>()
                .Select(Of).FirstOrDefault(text => text is not null);
    }

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private string? Summary(Assembly assembly, string id) =>
        Find(assembly, id)?.Element("summary") is { } summary && Text(summary) is { Length: > 0 } text ? text : null;

    private XElement? Find(Assembly assembly, string id) => _files.GetOrAdd(assembly, Load).GetValueOrDefault(id);

    private static Dictionary<string, XElement> Load(Assembly assembly)
    {
        try
        {
            var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
            return XDocument.Load(file).Descendants("member")
                .ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            return [];
        }
    }

    private static string Text(XElement element) =>
        Blanks().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } cref => $"`{NameIn(cref.Value)}`",
        XElement { Name.LocalName: "see" or "paramref" } other => $"`{other.Attributes().First().Value}`",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        _ => "",
    };

    /// <summary>A name as JSON has it: properties in camelCase.</summary>
    private static string NameIn(string cref)
    {
        var name = cref[(cref.LastIndexOf('.') + 1)..];
        return cref.StartsWith("P:", StringComparison.Ordinal) ? JsonNamingPolicy.CamelCase.ConvertName(name) : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
