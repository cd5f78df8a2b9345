using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Identity;

/// <summary>What a key lets its bearer do.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Scope>))]
public enum Scope
{
    /// <summary>Read: an agent its own threads and inbox, an operator all.</summary>
    Read,

    /// <summary>Start and cancel threads, and as an agent send messages.</summary>
    Send,

    /// <summary>Decide held threads, and change policy: agents, authority, tasks, keys. For operators only.</summary>
    Operate,
}
