using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>A way to do a task whose price is measured beside the others'.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ExperimentArm>))]
public enum ExperimentArm
{
    /// <summary>Sequential dispatch; every run loads its whole context anew, and no prompt cache helps.</summary>
    SequentialCold,

    /// <summary>Sequential dispatch; the same context again, from a warm prompt cache.</summary>
    SequentialWarm,

    /// <summary>A thread of the mesh, whose agents resume their sessions.</summary>
    Mesh,
}
