using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>
/// What stands before the conversation in every request to the model. A provider's cache holds only while all of it stays the
/// same, so it
/// is frozen when the thread is taken up, whatever the runner's options say later.
/// </summary>
public sealed record CodingFlags
{
    /// <summary>The part that the agent plays.</summary>
    public required CodingRole Role { get; init; }

    /// <summary>The model, as the CLI names it; null for the CLI's own choice, which may change and lose the cache.</summary>
    public string? Model { get; init; }

    /// <summary>The commands that it may run, for instance <c>make *</c>; a <c>*</c> at the end stands for anything.</summary>
    public IReadOnlyList<string> Allow { get; init => field = value ?? []; } = [];

    /// <summary>How many calls of the model one run may make.</summary>
    public int MaxTurns { get; init; } = 50;

    /// <summary>What one run may cost, in US dollars; null for no limit of the preset's own.</summary>
    public decimal? MaxUsd { get; init; }

    /// <summary>The JSON schema of its answer; null where it answers in words.</summary>
    public string? Schema { get; init; }
}

/// <summary>
/// What is kept of a coding agent for one thread. It is written before a run, so that a crash loses no session.
/// </summary>
public sealed record CodingSession
{
    /// <summary>The preset's name; another preset cannot go on with this session.</summary>
    public required string Preset { get; init; }

    /// <summary>What never changes in the thread's life.</summary>
    public required CodingFlags Flags { get; init; }

    /// <summary>The session's id or file; null until the CLI has named it.</summary>
    public string? Id { get; init; }

    /// <summary>Whether a run was started with it, so that the next one resumes it.</summary>
    public bool IsBegun { get; init; }

    /// <summary>The newest message that the session was told of in a run that came to an end.</summary>
    public int Known { get; init; }

    /// <summary>The newest message that was put into a prompt; more than <see cref="Known"/> where a run broke off.</summary>
    public int Told { get; init; }

    /// <summary>What the agent answered last, or its beginning: a new session has to know it.</summary>
    public string? LastAnswer { get; init; }

    /// <summary>What the session has reported so far, for a CLI that counts over the whole session.</summary>
    public Usage? Reported { get; init; }

    /// <summary>
    /// The commit that the working copy stood at when the thread was taken up; null where it is no git working copy.
    /// </summary>
    public string? BaseCommit { get; init; }

    /// <summary>Whether the next run goes on with this session.</summary>
    [JsonIgnore]
    public bool CanResume => IsBegun && Id is not null;

    /// <summary>As it is kept.</summary>
    public JsonText ToJson() => JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(this, CodingJson.Context.CodingSession));

    /// <summary>Reads what was kept; null where it was nothing, or nothing of this preset.</summary>
    public static CodingSession? Read(JsonText? kept, string preset)
    {
        try
        {
            var session = kept is null
                ? null
                : JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(kept.Text), CodingJson.Context.CodingSession);
            return session?.Preset == preset ? session : null;
        }
        catch (JsonException)
        {
            // Something else was kept there by an older handler: this one starts anew.
            return null;
        }
    }
}

/// <summary>The JSON of what presets keep.</summary>
[JsonSerializable(typeof(CodingSession))]
internal sealed partial class CodingJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static CodingJson Context { get; } = new(new JsonSerializerOptions(MeshJson.Options));
}
