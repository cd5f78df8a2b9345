using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// Every end state and reason of DESIGN §4, each brought about through the real host, and each with evidence that holds.
/// </summary>
public sealed class EndReasonTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;

    private static readonly object[] Failing = [new { id = "AC-1", status = "fail" }, new { id = "AC-2", status = "pass" }];

    public static TheoryData<EndReason> Reasons { get; } = [.. Enum.GetValues<EndReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Every_reason_occurs(EndReason reason)
    {
        (string endState, Func<Task<string>> script) = Scripts()[reason];
        JsonNode thread = await mesh.EndOfAsync(await script());
        Assert.Equal((endState, Text(reason)), (thread["endState"]!.GetValue<string>(), thread["reason"]!.GetValue<string>()));

        if (reason is not (EndReason.GateDenied or EndReason.NotAuthorized or EndReason.TrustDenied))
        {
            await mesh.UntilTaskIsAsync(
                thread["mcTask"]!.GetValue<string>(),
                endState switch { "PASS" => "ready_for_review", "ANSWERED" => "in_progress", _ => "blocked" });
        }

        EvidenceReport evidence = EvidenceVerifier.Verify(await mesh.EvidenceAsync(thread["threadId"]!.GetValue<string>()));
        Assert.Empty(evidence.Findings);
        Assert.Equal((true, reason), (evidence.Final, evidence.Reason));
    }

    private Dictionary<EndReason, (string EndState, Func<Task<string>> Script)> Scripts() => new()
    {
        [EndReason.Verified] = ("PASS", () => JudgedAsync(new
        {
            verdict = "pass",
            checks = new[]
            {
                new { id = "AC-1", status = "pass", detail = "seen" },
                new { id = "AC-2", status = "pass", detail = "seen" },
            },
        })),
        [EndReason.PartiallyVerified] = ("PARTIAL", () => JudgedAsync(new { verdict = "partial", checks = Failing })),
        [EndReason.VerifierBlocked] = ("BLOCKED", () => JudgedAsync(new { verdict = "blocked" })),
        [EndReason.GateDenied] = ("BLOCKED", () => RefusedAsync(request => request["mcTask"] = "nowhere")),
        [EndReason.NotAuthorized] = ("BLOCKED", () => RefusedAsync(request => request["responder"] = "lexicon-advisor")),
        [EndReason.TrustDenied] = ("BLOCKED", async () =>
        {
            await mesh.RegisterAsync("outside-builder", "builder", zone: "public");
            await mesh.IssueKeyAsync("outside-builder");
            return await RefusedAsync(
                request => (request["initiator"], request["responder"]) = ("outside-builder", GuardedMesh.Restricted));
        }
        ),
        [EndReason.GateExpired] = ("BLOCKED", async () =>
        {
            (int status, JsonNode held) = await mesh.StartAsync(request =>
            {
                request["priority"] = "H";
                request["limits"]!["ttl"] = "PT1S";
            });
            Assert.Equal((202, "held"), (status, held["state"]!.GetValue<string>()));
            return held["threadId"]!.GetValue<string>();
        }
        ),
        [EndReason.TtlExpired] = ("BLOCKED", () => mesh.OpenAsync(request => request["limits"]!["ttl"] = "PT1S")),
        [EndReason.MaxTurns] = ("PARTIAL", async () =>
        {
            string id = await mesh.OpenAsync(request => request["limits"]!["maxTurns"] = 2);
            return await RoundsAsync(id, 1);
        }
        ),
        [EndReason.NoProgress] = ("PARTIAL", async () =>
        {
            string id = await mesh.OpenAsync(request => request["limits"]!["maxRoundsWithoutProgress"] = 1);
            return await RoundsAsync(id, 2);
        }
        ),
        [EndReason.CostCap] = ("BLOCKED", async () =>
        {
            string id = await mesh.OpenAsync();
            await mesh.SendAsync(id, Builder, "submission", new { usage = new { costUsd = 2.01 } });
            return id;
        }
        ),
        [EndReason.AgentUnreachable] = ("BLOCKED", async () =>
        {
            await mesh.RegisterAsync("leaving-verifier", "verifier", zone: "internal");
            string id = await mesh.OpenAsync(request => request["responder"] = "leaving-verifier");
            await mesh.RegisterAsync("leaving-verifier", "verifier", zone: "internal", enabled: false);
            JsonNode receipt = await mesh.SendAsync(id, Builder, "submission");
            Assert.Equal("recipient_unavailable", receipt["reason"]!.GetValue<string>());
            return id;
        }
        ),
        [EndReason.Cancelled] = ("BLOCKED", async () =>
        {
            string id = await mesh.OpenAsync();
            (int status, _) = await mesh.AskAsync(Builder, "POST", $"/api/threads/{id}/cancel", new { why = "no longer needed" });
            Assert.Equal(202, status);
            return id;
        }
        ),
        [EndReason.AdviceAcknowledged] = ("ANSWERED", () => AdvisedAsync(new { })),
        [EndReason.PlumbingOnly] = ("ANSWERED", () => AdvisedAsync(new { plumbing = true })),
        [EndReason.InternalError] = ("BLOCKED", async () =>
        {
            string id = await mesh.OpenAsync();
            await mesh.AskAsync(
                GuardedMesh.Operator, "POST", $"/runtime/webhooks/durabletask/instances/{id}/terminate?reason=a%20test", null);

            // Nobody writes to it: whoever looks at it learns of its end.
            return id;
        }
        ),
    };

    private async Task<string> AdvisedAsync(object answer)
    {
        string id = await mesh.OpenAsync(request =>
        {
            request["pattern"] = "advisory";
            request["brief"]!["acceptance"] = new JsonArray();
        });
        await mesh.SendAsync(id, Builder, "question");
        await mesh.SendAsync(id, Verifier, "answer", answer);
        await mesh.SendAsync(id, Builder, "acknowledgement");
        return id;
    }

    private async Task<string> JudgedAsync(object verdict)
    {
        string id = await mesh.OpenAsync();
        await mesh.SendAsync(id, Builder, "submission");
        await mesh.SendAsync(id, Verifier, "verdict", verdict);
        return id;
    }

    private async Task<string> RoundsAsync(string id, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            await mesh.SendAsync(id, Builder, "submission");
            await mesh.SendAsync(id, Verifier, "verdict", new { verdict = "fail", checks = Failing });
        }

        return id;
    }

    private async Task<string> RefusedAsync(Action<JsonObject> change)
    {
        (int status, JsonNode problem) = await mesh.StartAsync(change);
        Assert.Equal(403, status);
        return problem["threadId"]!.GetValue<string>();
    }

    private static string Text(EndReason reason) => JsonSerializer.SerializeToElement(reason, MeshJson.Options).GetString()!;
}
