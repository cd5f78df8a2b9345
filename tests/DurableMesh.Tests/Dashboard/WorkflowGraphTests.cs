using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Dashboard.Workflows;

namespace DurableMesh.Tests.Dashboard;

public sealed class WorkflowGraphTests
{
    [Fact]
    public void A_step_stands_right_of_all_that_come_before_it()
    {
        var graph = WorkflowGraph.Of([Step("a"), Step("b", "a"), Step("c", "a"), Step("d", "b", "c"), Step("e", "a", "d")]);

        var at = graph.Steps.ToDictionary(step => step.Step.Id);
        Assert.All(graph.Lines, line => Assert.True(line.From.X + WorkflowGraph.BoxWidth < line.To.X));
        Assert.Equal(at["b"].X, at["c"].X);
        Assert.NotEqual(at["b"].Y, at["c"].Y);
        Assert.True(at["e"].X > at["d"].X);
        Assert.Equal(6, graph.Lines.Count());
    }

    [Fact]
    public void A_step_that_the_caller_does_not_see_leaves_no_line()
    {
        var graph = WorkflowGraph.Of([Step("b", "hidden")]);

        Assert.Empty(graph.Lines);
        Assert.Single(graph.Steps);
        Assert.True(graph.Width >= WorkflowGraph.BoxWidth && graph.Height >= WorkflowGraph.BoxHeight);
    }

    [Fact]
    public void Steps_in_a_ring_are_drawn_all_the_same_and_no_step_needs_no_room()
    {
        var graph = WorkflowGraph.Of([Step("a", "b"), Step("b", "a")]);

        Assert.Equal(2, graph.Steps.Count);
        Assert.Equal(0, WorkflowGraph.Of([]).Width);
    }

    internal static StepView Step(string id, params string[] after) => new()
    {
        Id = id,
        Company = "codecraft",
        Title = $"Step {id}",
        State = StepPhase.Waiting,
        Wanted = EndState.Pass,
        Initiator = "codecraft-builder",
        Responder = "proveo-verifier",
        Pattern = Pattern.BuilderVerifier,
        After = after,
        Attempt = 0,
        CostCapUsd = 1,
        CostUsd = 0,
        HandedOn = [],
    };
}
