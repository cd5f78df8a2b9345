using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Transcript;

/// <summary>The wire's own words for a thread's states, so that the terminal and the API never differ.</summary>
internal static class ThreadWords
{
    /// <summary>The word on the wire; a dash for nothing.</summary>
    public static string Of<TEnum>(TEnum? value)
        where TEnum : struct, Enum => value is { } some ? Of(some) : "-";

    /// <summary>The word on the wire.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonSerializer.SerializeToElement(value, MeshJson.Options).GetString()!;

    /// <summary>The command that decides a held thread.</summary>
    public static string HowToDecide(string threadId) => $"mesh decide {threadId} approve|deny --why REASON";
}
