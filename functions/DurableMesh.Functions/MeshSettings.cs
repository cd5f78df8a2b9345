using System.ComponentModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions;

/// <summary>Reads <see cref="MeshOptions"/> from the configuration.</summary>
internal static class MeshSettings
{
    /// <summary>Sets what the section <c>Mesh</c> says.</summary>
    /// <exception cref="OptionsValidationException">Values are not of their kind; each is named, with what it may be.</exception>
    public static void Bind(IConfiguration configuration, MeshOptions options)
    {
        var section = configuration.GetSection(MeshOptions.Section);
        var mistakes = MistakesIn(section, typeof(MeshOptions)).ToList();
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(MeshOptions.Section, typeof(MeshOptions), mistakes);
        }

        section.Bind(options);
    }

    private static IEnumerable<string> MistakesIn(IConfigurationSection section, Type type) =>
        OfEntries(type) is { } entry
            ? section.GetChildren().SelectMany(child => MistakesIn(child, entry))
            : type.GetProperties().SelectMany(property =>
        {
            var setting = section.GetSection(property.Name);
            var optional = Nullable.GetUnderlyingType(property.PropertyType);
            var kind = optional ?? property.PropertyType;
            return setting.Value is not { } value ? MistakesIn(setting, kind)
                : (value.Length == 0 && optional is not null) || IsA(kind, value) ? []
                : [$"{setting.Path} is '{value}'; it must be {Describe(kind)}."];
        });

    /// <summary>What the entries of a section are that has names of the operator's own; null where it has none.</summary>
    private static Type? OfEntries(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;

    private static bool IsA(Type kind, string value)
    {
        try
        {
            // As the binder does it.
            TypeDescriptor.GetConverter(kind).ConvertFromInvariantString(value);
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
    }

    private static string Describe(Type kind) =>
        kind.IsEnum ? string.Join(" or ", Enum.GetNames(kind).Select(name => name.ToLowerInvariant()))
        : kind == typeof(TimeSpan) ? "a time such as 00:00:10"
        : kind == typeof(bool) ? "true or false"
        : "a whole number";
}
