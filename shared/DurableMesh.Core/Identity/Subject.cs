using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMesh.Core.Identity;

/// <summary>
/// Whose a key is: an agent's, or an operator's. Written <c>agent:codecraft-builder</c> or <c>operator:ann</c>.
/// </summary>
[JsonConverter(typeof(SubjectConverter))]
public sealed record Subject
{
    private const string AgentPrefix = "agent:";
    private const string OperatorPrefix = "operator:";

    private Subject(bool isAgent, string name) => (IsAgent, Name) = (isAgent, name);

    /// <summary>Whether it is an agent; an operator otherwise.</summary>
    public bool IsAgent { get; }

    /// <summary>The agent's id, or the operator's name.</summary>
    public string Name { get; }

    /// <summary>The agent of that id.</summary>
    /// <param name="id">The id; no alias.</param>
    public static Subject Agent(string id) => new(true, id);

    /// <summary>The operator of that name.</summary>
    /// <param name="name">The name.</param>
    public static Subject Operator(string name) => new(false, name);

    /// <summary>Reads what <see cref="ToString"/> wrote; null where it is no subject.</summary>
    /// <param name="text">The text.</param>
    public static Subject? TryParse(string? text) =>
        text?.StartsWith(AgentPrefix, StringComparison.Ordinal) == true ? Agent(text[AgentPrefix.Length..])
        : text?.StartsWith(OperatorPrefix, StringComparison.Ordinal) == true ? Operator(text[OperatorPrefix.Length..])
        : null;

    /// <inheritdoc/>
    public override string ToString() => (IsAgent ? AgentPrefix : OperatorPrefix) + Name;
}

/// <summary>Writes a <see cref="Subject"/> as its text.</summary>
public sealed class SubjectConverter : JsonConverter<Subject>
{
    /// <inheritdoc/>
    public override Subject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Subject.TryParse(reader.GetString()) ?? throw new JsonException("A subject is written agent:ID or operator:NAME.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Subject value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
