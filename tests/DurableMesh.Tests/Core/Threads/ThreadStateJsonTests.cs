using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

public sealed class ThreadStateJsonTests
{
    [Fact]
    public void A_state_survives_json_and_goes_on_as_if_nothing_had_happened()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit(0.25m);
        var json = JsonSerializer.Serialize(dialogue.State, MeshJson.Options);
        var restored = JsonSerializer.Deserialize<ThreadState>(json, MeshJson.Options)!;
        Assert.Equal(json, JsonSerializer.Serialize(restored, MeshJson.Options));

        var verdict = new CancelRequested("me", "enough");
        var left = ThreadRules.Decide(dialogue.State, verdict, dialogue.Now);
        var right = ThreadRules.Decide(restored, verdict, dialogue.Now);
        Assert.Equal(left.State.Head, right.State.Head);
    }

    [Fact]
    public void A_minimal_request_reads_with_its_defaults()
    {
        var request = JsonSerializer.Deserialize<SendMessageRequest>(
            """{"messageId":"a","from":"b","kind":"note","usage":{}}""",
            MeshJson.Options)!;
        Assert.Empty(request.Checks);
        Assert.Empty(request.Artifacts);
        Assert.Equal(0, request.Usage!.InputTokens);
        var start = JsonSerializer.Deserialize<StartThreadRequest>(
            """
            {"pattern":"builder-verifier","mcTask":"1","initiator":"a","responder":"b",
             "brief":{"subject":"s","acceptance":[{"id":"A","title":"t"}]}}
            """,
            MeshJson.Options)!;
        Assert.Equal(Priority.M, start.Priority);
        Assert.True(start.Brief.Acceptance[0].Required);
    }

    [Fact]
    public void A_thread_is_shown_as_the_http_api_writes_it()
    {
        var json = JsonSerializer.Serialize(Dialogue.Opened().State.View(), MeshJson.Options);
        using var document = JsonDocument.Parse(json);
        var thread = document.RootElement;
        Assert.Equal("open", thread.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, thread.GetProperty("endState").ValueKind);
        Assert.Equal("builder-verifier", thread.GetProperty("pattern").GetString());
        Assert.Equal("PT30M", thread.GetProperty("limits").GetProperty("ttl").GetString());
        Assert.Equal("2026-11-23T08:30:00Z", thread.GetProperty("deadline").GetString());
        Assert.Equal(2, thread.GetProperty("checks").GetProperty("required").GetInt32());
        Assert.Equal("evidence/2026/11/t-1.json", thread.GetProperty("evidence").GetProperty("path").GetString());
        Assert.StartsWith("sha256:", thread.GetProperty("evidence").GetProperty("head").GetString(), StringComparison.Ordinal);
        Assert.Equal(Dialogue.Builder, thread.GetProperty("awaiting").GetString());
    }
}
