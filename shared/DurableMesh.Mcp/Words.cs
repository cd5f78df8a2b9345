using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp;

/// <summary>The wire's own words.</summary>
internal static class Words
{
    /// <summary>The word on the wire.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonSerializer.SerializeToElement(value, MeshJson.Options).GetString()!;
}
