using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Tests.Core.Agents;

namespace DurableMesh.Tests.Core.Workflows;

/// <summary>A run under test: asks what it is told, and keeps the clock.</summary>
internal sealed class SampleWorkflow
{
    public const string Builder = "codecraft-builder";

    public static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public const string Three = """
        {
          "name": "Bounded claim", "actor": "codecraft-builder", "mcTask": "101959",
          "limits": { "costCapUsd": 3 },
          "steps": [
            { "id": "build", "company": "Proveo", "title": "Build it", "prompt": "Build.", "endState": "PASS", "handsOn": true },
            { "id": "audit", "company": "securion", "title": "Audit it", "prompt": "Audit.", "endState": "ANSWERED", "handsOn": true },
            { "id": "verify", "company": "proveo", "title": "Verify it", "prompt": "Verify.", "endState": "PASS" }
          ]
        }
        """;

    private SampleWorkflow(WorkflowStart start) => Ask(new BeginWorkflow(start));

    public WorkflowRun Run => Board.Find("w-1")!;

    public WorkflowBoard Board { get; private set; } = WorkflowBoard.Empty;

    public DateTimeOffset Now { get; private set; } = Noon;

    public static WorkflowSurroundings Around(string policy = "{}") => new(Registry(), AuthorityTable.Empty, Policy(policy), Noon);

    public static MeshPolicy Policy(string json) => PolicyReader.Read(Encoding.UTF8.GetBytes(json)).Value!;

    public static SampleWorkflow Begun(string json = Three, string policy = "{}")
    {
        var around = Around(policy);
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), around);
        Assert.Empty(read.Errors);
        return new SampleWorkflow(StartOf(read.Value!, around));
    }

    public static WorkflowStart StartOf(WorkflowDefinition definition, WorkflowSurroundings around) => new()
    {
        WorkflowId = "w-1",
        Name = definition.Name,
        Priority = definition.Priority,
        Actor = definition.Actor,
        ResponderMode = definition.ResponderMode,
        Surface = definition.Surface,
        McTask = definition.McTask ?? "101959",
        CostCapUsd = around.CostCapOf(definition),
        ThreadCapUsd = around.Policy.Limits.Maxima.CostCapUsd,
        CreatedAt = Noon,
        Deadline = Noon + WorkflowSurroundings.TtlOf(definition),
        StartedBy = "operator:ann",
        RequestHash = ContentHash.Of(definition),
        EvidencePath = WorkflowStart.EvidencePathOf("w-1", Noon),
        Steps = around.PlanOf(definition),
    };

    public ChangeRefusal? Ask(WorkflowChange change, string by = "operator:ann")
    {
        Now += TimeSpan.FromSeconds(1);
        var result = Board.Apply(change, Now, by);
        Board = result.State;
        return result.Refusal;
    }

    /// <summary>Starts whatever can begin.</summary>
    public IReadOnlyList<StepMove> StartAll()
    {
        var moves = WorkflowPlan.Startable(Run);
        foreach (var move in moves)
        {
            var plan = Run.Find(move.Step)!.Plan;
            var earlier = WorkflowPlan.EarlierOf(Run, plan);
            Assert.Null(Ask(new StartStep("w-1", move, ThreadOf(move.Step, move.Attempt), WorkflowPlan.HandedTo(Run, plan))
            {
                Earlier = earlier is [] ? null : earlier,
                Brief = earlier is [] ? null : new string('b', 64),
            }));
        }

        return moves;
    }

    public ChangeRefusal? End(string step, EndState state, EndReason reason = EndReason.Verified, decimal cost = 0.1m) =>
        Ask(new EndStep("w-1", step, Run.Find(step)!.Attempt, Result(step, state, reason, cost)));

    public static StepResult Result(string step, EndState state, EndReason reason, decimal cost) =>
        new(state, reason, null, cost, $"sha256:{ContentHash.Hex(Encoding.UTF8.GetBytes(step))}", $"evidence/{step}.json")
        {
            Artifacts = [new Artifact { Name = $"{step}.diff", Sha256 = new string('a', 64) }],
        };

    public static string ThreadOf(string step, int attempt) => $"t-{step}-{attempt}";

    private static AgentRegistry Registry() => AgentRegistry.Empty.Apply(
        SampleRegistry.SeedOf("""
            {"agents":[
              {"id":"codecraft-builder","company":"codecraft","roles":["builder"],"aliases":["builder"],"model":"m"},
              {"id":"proveo-verifier","company":"proveo","roles":["verifier"],"model":"m"},
              {"id":"securion-advisor","company":"securion","roles":["advisor","verifier"]},
              {"id":"vizu-builder","company":"vizu","roles":["builder"]}
            ]}
            """),
        Noon,
        "seed").State;
}
