using System.Text;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.Functions;

/// <summary>Runs of workflows between the tests' agents, as the HTTP function drafts them.</summary>
internal static class SampleRun
{
    /// <summary>Two steps, one after the other; the first waits for a person when it is blocked.</summary>
    public const string TwoSteps = """
        { "id": "one", "company": "proveo", "title": "One", "prompt": "Do it.", "endState": "PASS", "handsOn": true,
          "onBlocked": "hold" },
        { "id": "two", "company": "proveo", "title": "Two", "prompt": "Do it.", "endState": "PASS" }
        """;

    /// <summary>A run that may begin.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="at">When it was started.</param>
    /// <param name="steps">Its steps, as JSON.</param>
    /// <param name="task">Its MC task.</param>
    public static async Task<WorkflowStart> StartOfAsync(string id, DateTimeOffset at, string steps, string task = "101959")
    {
        var registry = await MeshFixture.KnownAgents().ReadAsync(default);
        var around = new WorkflowSurroundings(registry, AuthorityTable.Empty, MeshPolicy.Standard, at);
        var json = $$"""
            {"name":"a run","actor":"{{SampleThread.Builder}}","mcTask":"{{task}}","limits":{"costCapUsd":3},"steps":[{{steps}}]}
            """;
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), around);
        Assert.Empty(read.Errors);
        var definition = read.Value!;
        return new WorkflowStart
        {
            WorkflowId = id,
            Name = definition.Name,
            Priority = definition.Priority,
            Actor = definition.Actor,
            ResponderMode = definition.ResponderMode,
            McTask = task,
            CostCapUsd = around.CostCapOf(definition),
            ThreadCapUsd = around.Policy.Limits.Maxima.CostCapUsd,
            CreatedAt = at,
            Deadline = at + WorkflowSurroundings.TtlOf(definition),
            StartedBy = "operator:ann",
            RequestHash = ContentHash.Of(definition),
            EvidencePath = WorkflowStart.EvidencePathOf(id, at),
            Steps = around.PlanOf(definition),
        };
    }
}
