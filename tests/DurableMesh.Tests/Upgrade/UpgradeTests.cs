using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.EndToEnd;
using DurableMesh.Tests.LocalHost;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Tests.Upgrade;

/// <summary>This version opens the stores that the releases before it wrote, and what was under way there goes on.</summary>
public sealed class UpgradeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Releases { get; } = new(RecordedStore.Releases);

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task What_a_release_before_wrote_is_there_and_goes_on(string release)
    {
        RecordedStore store = RecordedStore.Read(release);
        using var folder = new TemporaryFolder();
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(folder.Path);
        await store.RestoreAsync(azurite.ConnectionString, Cancellation);
        using IHost host = await StartAsync(azurite.ConnectionString, folder.Path, store.RecordedAt);
        using var http = new HttpClient { BaseAddress = new Uri(host.Services.GetRequiredService<HostAddress>().Url) };
        var mesh = new MeshCalls(http, RecordUpgradeStore.RootKey);
        foreach ((string agent, JsonNode? key) in store.Facts["keys"]!.AsObject())
        {
            mesh.Use(agent, key!.GetValue<string>());
        }

        await UntilReadyAsync(http);
        await AssertAllIsThereAsync(mesh, store.Facts);
        await AssertItGoesOnAsync(mesh, store.Facts);
        await host.StopAsync(Cancellation);
    }

    private static async Task AssertAllIsThereAsync(MeshCalls mesh, JsonObject facts)
    {
        JsonNode listed = await mesh.AskAsync("GET", "/api/threads?limit=200");
        var threads = listed["threads"]!.AsArray().ToDictionary(
            thread => thread!["threadId"]!.GetValue<string>(),
            thread => $"{thread!["state"]} {thread["endState"]}".Trim());
        Assert.Equal("ended PASS", threads[Id("passed")]);
        Assert.Equal("ended BLOCKED", threads[Id("cancelled")]);
        Assert.Equal("open", threads[Id("open")]);
        Assert.Equal("held", threads[Id("held")]);

        // Two more are the workflow's.
        Assert.Equal(6, threads.Count);

        JsonNode said = await mesh.AskAsync("GET", $"/api/threads/{Id("passed")}/messages?after=0");
        Assert.Equal(
            PassingDialogue.Messages.Select(message => message["body"]!.GetValue<string>()),
            said["messages"]!.AsArray().Skip(1).Select(message => message!["body"]!.GetValue<string>()));
        Assert.True(Holds(await mesh.BytesAsync($"/api/threads/{Id("passed")}/evidence")));
        Assert.True(Holds(await mesh.BytesAsync($"/api/threads/{Id("cancelled")}/evidence")));

        JsonNode tasks = await mesh.AskAsync("GET", "/api/tasks");
        Assert.Equal(
            ["blocked", "in_progress", "ready_for_review"],
            ((string[])["cancelled", "open", "passed"]).Select(id => tasks["tasks"]!.AsArray()
                .Single(task => task!["id"]!.GetValue<string>() == id)!["state"]!.GetValue<string>()));
        JsonNode authority = await mesh.AskAsync("GET", "/api/authority");
        Assert.Contains(authority["rows"]!.AsArray(), row => row!["id"]!.GetValue<string>() == "written-before");

        string Id(string name) => facts[name]!.GetValue<string>();
    }

    private static async Task AssertItGoesOnAsync(MeshCalls mesh, JsonObject facts)
    {
        string open = facts["open"]!.GetValue<string>();
        await mesh.SendAsync(open, PassingDialogue.Messages.Skip(RecordUpgradeStore.Sent));
        Assert.Equal("PASS", (await mesh.AskAsync("GET", $"/api/threads/{open}"))["endState"]!.GetValue<string>());
        Assert.True(Holds(await mesh.BytesAsync($"/api/threads/{open}/evidence")));

        string held = facts["held"]!.GetValue<string>();
        var decision = new { decision = "approve", why = "the new version is here" };
        await mesh.AskAsync("POST", $"/api/threads/{held}/decision", decision, expected: 202);
        await mesh.UntilAsync($"/api/threads/{held}", thread => thread["state"]!.GetValue<string>() == "open");
        await mesh.SendAsync(held, PassingDialogue.Messages);
        Assert.True(Holds(await mesh.BytesAsync($"/api/threads/{held}/evidence")));

        string workflow = facts["workflow"]!.GetValue<string>();
        await mesh.PassAsync(await mesh.RunningStepAsync(workflow, 1), "AC-1");
        JsonNode ended = await mesh.UntilAsync(
            $"/api/workflows/{workflow}", run => run["state"]!.GetValue<string>() == "ended");
        Assert.Equal("PASS", ended["endState"]!.GetValue<string>());
        WorkflowReport report = WorkflowEvidenceVerifier.Verify(await mesh.BytesAsync($"/api/workflows/{workflow}/evidence"));
        Assert.Empty(report.Findings);
    }

    private static bool Holds(byte[] evidence) => EvidenceVerifier.Verify(evidence) is { Holds: true, Final: true };

    private static async Task<IHost> StartAsync(string storage, string folder, DateTimeOffset now)
    {
        var source = new FunctionAppSource(
            typeof(MeshProgram).Assembly.GetTypes(),
            AppContext.BaseDirectory,
            folder,
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = storage,
                ["FUNCTIONS_HTTP_PORT"] = "0",
                ["Mesh__Identity__Mode"] = "keys",
                ["Mesh__Identity__RootKey"] = RecordUpgradeStore.RootKey,
                ["Logging__LogLevel__Default"] = "None",
            });
        var builder = new LocalAppBuilder(source, []);
        builder.Services.AddSingleton<TimeProvider>(new TimeSince(now));
        IHost host = MeshProgram.Build(builder);
        await host.StartAsync(Cancellation);
        return host;
    }

    private static async Task UntilReadyAsync(HttpClient http)
    {
        while (true)
        {
            using HttpResponseMessage health = await http.GetAsync(new Uri("/api/health", UriKind.Relative), Cancellation);
            if (health.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(20, Cancellation);
        }
    }

    /// <summary>The system's time, as if it had been some moment when this began: what was recorded has not expired.</summary>
    private sealed class TimeSince(DateTimeOffset begin) : TimeProvider
    {
        private readonly TimeSpan _ago = TimeProvider.System.GetUtcNow() - begin;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - _ago;
    }
}
