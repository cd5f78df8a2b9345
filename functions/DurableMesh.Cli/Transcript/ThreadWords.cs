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

    /// <summary>The word on the wire for a value of any enum.</summary>
    public static string OfAny(Enum value) =>
        JsonSerializer.SerializeToElement(value, value.GetType(), MeshJson.Options).GetString()!;

    /// <summary>The command that decides a held thread.</summary>
    /// <param name="mesh">How the user calls this program.</param>
    /// <param name="threadId">The thread.</param>
    public static string HowToDecide(string mesh, string threadId) => $"{mesh} decide {threadId} approve|deny --why REASON";

    /// <summary>How a thread that has ended did so.</summary>
    public static string HowItEnded(ThreadView thread) =>
        $"{Of(thread.EndState)} ({Of(thread.Reason)}){(thread.Detail is { Length: > 0 } detail ? $": {detail}" : "")}";

    /// <summary>Where a thread is: its phase, or how it ended.</summary>
    public static string StateOf(ThreadView thread) => thread.State == ThreadPhase.Ended
        ? $"{Of(thread.EndState)} {Of(thread.Reason)}"
        : Of(thread.State);
}
