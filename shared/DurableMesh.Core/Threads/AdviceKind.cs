using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>What the responder of an advisory thread answered so far.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AdviceKind>))]
public enum AdviceKind
{
    /// <summary>Only what the mesh's wiring says.</summary>
    Plumbing,

    /// <summary>Advice.</summary>
    Given,
}
