using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>A coding agent's part in a thread; decides its rights and the form of its answer.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CodingRole>))]
public enum CodingRole
{
    /// <summary>Changes the working copy; its words and its patch are the submission.</summary>
    Builder,

    /// <summary>Reads, runs the commands that it is allowed, and judges each criterion.</summary>
    Verifier,
}
