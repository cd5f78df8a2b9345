using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>How large the smallest turn is taken to be that is worth starting a thread for.</summary>
/// <param name="InputTokens">Input tokens, none of them from or into a cache.</param>
/// <param name="OutputTokens">Output tokens.</param>
public sealed record TurnEstimate(long InputTokens, long OutputTokens)
{
    /// <summary>A short brief with a file or two, and a short answer.</summary>
    public static TurnEstimate Standard { get; } = new(4_000, 500);

    /// <summary>The same, as a sender would report it.</summary>
    public Usage ToUsage() => new() { InputTokens = InputTokens, OutputTokens = OutputTokens };
}
