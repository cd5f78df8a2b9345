using System.Net.Http.Json;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>One thread whose parties take turns in asking and answering.</summary>
internal sealed class Conversation(MeshHost host, string threadId)
{
    private const string Body = "Does the reader keep a quoted newline? It should: RFC 4180 says so.";
    private int _turns;

    /// <summary>Its thread.</summary>
    public string ThreadId => threadId;

    /// <summary>How many messages were sent.</summary>
    public int Turns => _turns;

    /// <summary>Sends the next message and waits for its receipt.</summary>
    /// <exception cref="InvalidOperationException">It was not accepted.</exception>
    public async Task SendAsync(CancellationToken cancellation)
    {
        int turn = ++_turns;
        (string from, string kind) = turn % 2 == 1 ? (MeshHost.Builder, "question") : (MeshHost.Verifier, "answer");
        using HttpResponseMessage response = await host.Http.PostAsJsonAsync(
            $"/api/threads/{threadId}/messages",
            new { messageId = $"m-{turn}", from, kind, body = Body },
            cancellation);
        string receipt = await response.Content.ReadAsStringAsync(cancellation);
        if (!receipt.Contains("\"accepted\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Turn {turn} was not accepted: {(int)response.StatusCode} {receipt}");
        }
    }
}
