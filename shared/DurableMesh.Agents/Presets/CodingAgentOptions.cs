using DurableMesh.Agents.Processes;
using DurableMesh.Agents.Prompts;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>
/// How a preset works. What stands in the model's prompt of it is frozen for each thread when that is taken up.
/// </summary>
public sealed record CodingAgentOptions
{
    /// <summary>
    /// The folder for sessions, schemas, rules and patches: one for each thread stands in it. Outside every working copy.
    /// </summary>
    public required string Home { get; init; }

    /// <summary>The program, where it is not the usual one on the path.</summary>
    public string? Program { get; init; }

    /// <summary>The model, as the CLI names it (opencode and pi: <c>provider/model</c>).</summary>
    public string? Model { get; init; }

    /// <summary>The part that it plays; null to take it from the thread: the initiator builds.</summary>
    public CodingRole? Role { get; init; }

    /// <summary>The commands that it may run, for instance <c>make *</c>; a <c>*</c> at the end stands for anything.</summary>
    public IReadOnlyList<string> Allow { get; init => field = value ?? []; } = [];

    /// <summary>How many calls of the model one run may make.</summary>
    public int MaxTurns { get; init; } = 50;

    /// <summary>What one run may cost, in US dollars; null for no limit of the preset's own.</summary>
    public decimal? MaxUsd { get; init; }

    /// <summary>Whether every message begins a new session: what a dialogue without sessions costs.</summary>
    public bool IsFresh { get; init; }

    /// <summary>The words of the prompts.</summary>
    public PromptTemplates Templates { get; init; } = PromptTemplates.Default;

    /// <summary>Makes artifacts of files that belong to a submission; null where they do not travel.</summary>
    public Func<AgentRun, IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<Artifact>>>? Attach { get; init; }

    /// <summary>
    /// Gets an artifact's content, so that a submission's patch is applied in a verifier's own working copy before it looks; null
    /// where it works in the builder's folder.
    /// </summary>
    public Func<AgentRun, Artifact, CancellationToken, Task<byte[]>>? Fetch { get; init; }

    /// <summary>Runs the CLI; null for the run's own process tree.</summary>
    public IProgramRunner? Programs { get; init; }
}
