using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>A dialogue of three rounds that ends in PASS.</summary>
internal static class PassingDialogue
{
    /// <summary>Its messages after the brief, in order. One body is so large that the store keeps it apart.</summary>
    public static readonly JsonObject[] Messages =
    [
        Message("b-1", MeshHost.Builder, "submission"),
        Message("v-1f", MeshHost.Verifier, "finding", ("AC-1", "fail")),
        Message("v-1", MeshHost.Verifier, "verdict", "fail", ("AC-1", "fail"), ("AC-2", "fail")),
        Large(Message("b-2", MeshHost.Builder, "submission")),
        Message("v-2f", MeshHost.Verifier, "finding", ("AC-2", "fail")),
        Message("v-2", MeshHost.Verifier, "verdict", "fail", ("AC-1", "pass"), ("AC-2", "fail")),
        Message("b-2q", MeshHost.Builder, "question"),
        Message("v-2a", MeshHost.Verifier, "answer"),
        Message("b-3", MeshHost.Builder, "submission"),
        Message("v-3", MeshHost.Verifier, "verdict", "pass", ("AC-1", "pass"), ("AC-2", "pass")),
    ];

    /// <summary>
    /// Asserts that a thread holds each message once, in order and with its body, and that its evidence of the PASS verifies.
    /// </summary>
    public static async Task AssertIsWholeAsync(MeshHost host, string id, CancellationToken cancellation)
    {
        JsonNode thread = await host.GetAsync($"/api/threads/{id}", cancellation);
        Assert.Equal("PASS", thread["endState"]!.GetValue<string>());

        JsonArray messages = (await host.GetAsync($"/api/threads/{id}/messages?after=0", cancellation))["messages"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, Messages.Length + 1), messages.Select(message => message!["sequence"]!.GetValue<int>()));
        Assert.Equal(Messages.Select(Said), messages.Skip(1).Select(message => Said(message!)));

        byte[] evidence = await host.Http.GetByteArrayAsync(
            new Uri($"/api/threads/{id}/evidence", UriKind.Relative), cancellation);
        EvidenceReport report = EvidenceVerifier.Verify(evidence);
        Assert.Empty(report.Findings);
        Assert.True(report.Final);
    }

    private static (string Id, string Body) Said(JsonNode message) =>
        (message["messageId"]!.GetValue<string>(), message["body"]!.GetValue<string>());

    private static JsonObject Message(string id, string from, string kind, params (string Id, string Status)[] checks) =>
        Message(id, from, kind, null, checks);

    private static JsonObject Message(
        string id, string from, string kind, string? verdict, params (string Id, string Status)[] checks)
    {
        var message = new JsonObject { ["messageId"] = id, ["from"] = from, ["kind"] = kind, ["body"] = $"{kind} {id}" };
        if (verdict is not null)
        {
            message["verdict"] = verdict;
        }

        if (checks.Length > 0)
        {
            message["checks"] = new JsonArray([.. checks.Select(check => new JsonObject
            {
                ["id"] = check.Id,
                ["status"] = check.Status,
                ["detail"] = check.Status == "pass" ? "3 of 3 cases as expected" : "line 2 is lost",
            })]);
        }

        return message;
    }

    private static JsonObject Large(JsonObject message)
    {
        message["body"] = new string('x', 20_000);
        return message;
    }
}
