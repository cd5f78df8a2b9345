using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents;

/// <summary>The JSON of the runner: what commands read and write, and what it keeps.</summary>
[JsonSerializable(typeof(AgentTurn))]
[JsonSerializable(typeof(AgentReply))]
[JsonSerializable(typeof(Commands.AgentReplyLine))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(InboxPosition))]
[JsonSerializable(typeof(Usage))]
internal sealed partial class AgentsJson : JsonSerializerContext
{
    /// <summary>The context to use: the mesh's own rules, and text that people can read.</summary>
    public static AgentsJson Context { get; } = new(new JsonSerializerOptions(MeshJson.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
