using DurableMesh.Agents.Prompts;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>How a model answers as an agent.</summary>
public sealed record ModelAgentOptions
{
    /// <summary>The words of its prompts.</summary>
    public PromptTemplates Templates { get; init; } = PromptTemplates.Default;

    /// <summary>The model's name for the price table, where its answers do not say it.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// What each call of a chat client is made with, for instance its tools and the longest answer. It should stay the same
    /// for a thread's life: a provider's cache holds only for what begins alike.
    /// </summary>
    public ChatOptions? Chat { get; init; }

    /// <summary>
    /// The longest session that is gone on with, in characters of its JSON. A longer one is dropped, and the model hears the
    /// brief and what is new as if it knew nothing.
    /// </summary>
    public int MaxSessionCharacters { get; init; } = 600_000;

    /// <summary>The longest answer that is read, in characters. A longer one is a failure.</summary>
    public int MaxAnswerCharacters { get; init; } = 200_000;
}
