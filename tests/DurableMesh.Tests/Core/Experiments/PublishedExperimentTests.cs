using DurableMesh.Core.Changes;
using DurableMesh.Core.Experiments;

namespace DurableMesh.Tests.Core.Experiments;

public sealed class PublishedExperimentTests
{
    private static readonly PublishExperiment One = PublishedExperiment.ChangeFor(SampleExperiment.RollOut());

    [Fact]
    public void An_experiment_is_known_by_its_head()
    {
        var evidence = SampleExperiment.RollOut();

        Assert.Equal(evidence.Chain.Head["sha256:".Length..][..16], One.Id);
        Assert.Equal(evidence.Result.Decision.Outcome, One.Outcome);
        Assert.Equal($"experiments/{One.Id}.json", PublishedExperiment.PathOf(One.Id));
    }

    [Fact]
    public void What_was_published_keeps_its_time_and_its_publisher_when_it_comes_again()
    {
        var first = ExperimentBoard.Empty.Apply(One, SampleExperiment.Start, "operator:ann");
        var again = first.State.Apply(One, SampleExperiment.Start.AddDays(1), "operator:bob");

        Assert.Null(again.Refusal);
        var published = Assert.Single(again.State.All);
        Assert.Equal(("operator:ann", SampleExperiment.Start), (published.PublishedBy, published.PublishedAt));
        Assert.Equal(published, again.State.Find(One.Id));
        Assert.Null(again.State.Find("0000000000000000"));
    }

    [Fact]
    public void The_newest_stands_first_and_the_list_has_an_end()
    {
        var board = ExperimentBoard.Empty;
        for (var number = 0; number < ExperimentBoard.Most; number++)
        {
            board = board.Apply(One with { Id = $"{number:x16}" }, SampleExperiment.Start.AddMinutes(number), "operator:ann").State;
        }

        var refused = board.Apply(One, SampleExperiment.Start, "operator:ann").Refusal;

        Assert.Equal($"{ExperimentBoard.Most - 1:x16}", board.All[0].Id);
        Assert.Equal((RefusalKind.Conflict, "experiments_full"), (refused!.Kind, refused.Code));
    }
}
