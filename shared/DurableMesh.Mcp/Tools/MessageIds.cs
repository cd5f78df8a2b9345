using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp.Tools;

/// <summary>
/// Makes ids of what they stand for. A call that is made again in the same turn, after a lost answer or a restart, gets the same
/// id, and the mesh says <c>duplicate</c>; the same words in a new turn are a new message.
/// </summary>
internal static class MessageIds
{
    /// <summary>Of a message.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="turn">The sequence of the message that gave the agent the move; 0 before the first.</param>
    /// <param name="reply">The message.</param>
    public static string Of(string threadId, int turn, AgentReply reply) => string.Create(
        CultureInfo.InvariantCulture, $"mcp:{turn}:{Hash(threadId, JsonSerializer.Serialize(reply, MeshJson.Options))}");

    /// <summary>Of the start of a dialogue.</summary>
    /// <param name="agent">The agent that starts it.</param>
    /// <param name="request">The request as it goes out.</param>
    /// <param name="earlier">How many dialogues of the same request are over.</param>
    public static string OfStart(string agent, string request, int earlier) =>
        string.Create(CultureInfo.InvariantCulture, $"mcp:start:{earlier}:{Hash(agent, request)}");

    private static string Hash(string first, string second) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{first}\n{second}")).AsSpan(0, 16));
}
