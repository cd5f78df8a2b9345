using System.Text.Json.Nodes;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.EndToEnd;
using DurableMesh.Tests.LocalHost;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.Upgrade;

/// <summary>
/// No test but the command that writes the store of a release, to be run when it is out (CONTRIBUTING.md has it); it runs only
/// when asked for. <c>MESH_RELEASE</c> is the file's name, for instance <c>v0.2.0</c>; <c>MESH_RELEASE_APP</c> the release's
/// <c>DurableMesh.Functions.dll</c>, without which it is this build's.
/// </summary>
public sealed class RecordUpgradeStore
{
    /// <summary>The key of whoever runs the mesh, in the recording and in the test.</summary>
    public const string RootKey = "root-key-of-the-upgrade-test-0123456789abcdef";

    /// <summary>How many messages of the dialogue that passes were sent in the thread that is open.</summary>
    public const int Sent = 6;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Write_the_file()
    {
        string release = Environment.GetEnvironmentVariable("MESH_RELEASE")
            ?? throw new InvalidOperationException("Set MESH_RELEASE to the release's name.");
        using var folder = new TemporaryFolder();
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(folder.Path);
        await using MeshHost host = await MeshHost.StartAsync(
            azurite.ConnectionString,
            Cancellation,
            new()
            {
                ["Mesh__Identity__Mode"] = "keys",
                ["Mesh__Identity__RootKey"] = RootKey,
            },
            app: Environment.GetEnvironmentVariable("MESH_RELEASE_APP"));

        JsonObject facts = await UseAsync(new MeshCalls(host.Http, RootKey));
        Assert.Equal(0, await host.StopAsync());
        await new RecordedStore(release, DateTimeOffset.UtcNow, facts).WriteAsync(azurite.ConnectionString, Cancellation);
    }

    /// <summary>Uses a mesh: a bit of all that a store keeps.</summary>
    private static async Task<JsonObject> UseAsync(MeshCalls mesh)
    {
        var keys = new JsonObject();
        foreach (string agent in (string[])[MeshHost.Builder, MeshHost.Verifier])
        {
            keys[agent] = (await mesh.AskAsync("POST", $"/api/agents/{agent}/keys", new { }, expected: 201))["key"]!.DeepClone();
            mesh.Use(agent, keys[agent]!.GetValue<string>());
        }

        JsonNode table = await mesh.AskAsync("GET", "/api/authority");
        var row = new JsonObject
        {
            ["id"] = "written-before",
            ["pattern"] = "advisory",
            ["initiator"] = new JsonObject { ["company"] = "codecraft" },
            ["responder"] = new JsonObject { ["company"] = "proveo" },
            ["status"] = "pilot",
            ["since"] = "2026-11-01T00:00:00Z",
            ["why"] = "the upgrade test",
        };
        JsonArray rows = table["rows"]!.DeepClone().AsArray();
        rows.Add(row);
        await mesh.AskAsync("PUT", "/api/authority", new { rows }, version: table["version"]!.GetValue<int>());

        string passed = await mesh.StartAsync("passed");
        await mesh.SendAsync(passed, PassingDialogue.Messages);
        string cancelled = await mesh.StartAsync("cancelled");
        await mesh.AskAsync("POST", $"/api/threads/{cancelled}/cancel", new { why = "enough" }, expected: 202);
        string open = await mesh.StartAsync("open");
        await mesh.SendAsync(open, PassingDialogue.Messages.Take(Sent));
        string held = await mesh.StartAsync("held", priority: "H");
        return new JsonObject
        {
            ["keys"] = keys,
            ["passed"] = passed,
            ["cancelled"] = cancelled,
            ["open"] = open,
            ["held"] = held,
            ["workflow"] = await StartWorkflowAsync(mesh),
        };
    }

    /// <summary>A workflow whose first step has passed and whose second one runs.</summary>
    private static async Task<string> StartWorkflowAsync(MeshCalls mesh)
    {
        await mesh.CreateTaskAsync("workflow");
        var definition = new JsonObject
        {
            ["name"] = "written before",
            ["actor"] = MeshHost.Builder,
            ["mcTask"] = "workflow",
            ["limits"] = new JsonObject { ["costCapUsd"] = 2 },
            ["steps"] = new JsonArray(Step("one"), Step("two")),
        };
        JsonNode run = await mesh.AskAsync("POST", "/api/workflows", definition, MeshHost.Builder, expected: 201);
        string id = run["workflowId"]!.GetValue<string>();
        await mesh.PassAsync(await mesh.RunningStepAsync(id, 0), "AC-1");
        await mesh.RunningStepAsync(id, 1);
        return id;
    }

    private static JsonObject Step(string id) => new()
    {
        ["id"] = id,
        ["company"] = "Proveo",
        ["responder"] = MeshHost.Verifier,
        ["title"] = $"Step {id}",
        ["prompt"] = "Do it.",
        ["endState"] = "PASS",
        ["acceptance"] = new JsonArray(new JsonObject { ["id"] = "AC-1", ["title"] = "it is done" }),
    };
}
