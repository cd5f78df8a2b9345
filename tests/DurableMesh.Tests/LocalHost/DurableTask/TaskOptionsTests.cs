using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class TaskOptionsTests
{
    private static readonly RetryPolicy Policy = new(2, TimeSpan.FromSeconds(1));

    [Fact]
    public void Options_become_sub_orchestration_options_with_everything_they_had()
    {
        TaskOptions options = TaskOptions.FromRetryPolicy(Policy) with
        {
            Version = "2",
            Tags = new Dictionary<string, string> { ["a"] = "b" },
        };

        SubOrchestrationOptions child = options.WithInstanceId("child-1");

        Assert.Same(Policy, child.Retry?.Policy);
        Assert.Equal("child-1", child.InstanceId);
        Assert.Equal("2", child.Version?.Version);
        Assert.Same(options.Tags, child.Tags);
    }

    [Fact]
    public void An_instance_id_stays_unless_another_is_given()
    {
        TaskOptions options = new SubOrchestrationOptions(instanceId: "first");

        Assert.Equal("first", new SubOrchestrationOptions(options).InstanceId);
        Assert.Equal("second", new SubOrchestrationOptions(options, "second").InstanceId);
    }

    [Fact]
    public void Start_options_have_no_tags_and_no_instance_id_unless_told()
    {
        var options = new StartOrchestrationOptions();

        Assert.Empty(options.Tags);
        Assert.Null(options.InstanceId);
        Assert.Null(options.StartAt);
        Assert.Null(options.DedupeStatuses);
        Assert.Equal(options, new StartOrchestrationOptions(options));
    }

    [Fact]
    public void States_that_stand_in_the_way_are_kept_by_name_beside_the_rest()
    {
        StartOrchestrationOptions options = new StartOrchestrationOptions("i1")
            .WithDedupeStatuses(OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending);

        Assert.Equal(["Running", "Pending"], options.DedupeStatuses);
        Assert.Equal("i1", options.InstanceId);
        Assert.DoesNotContain(OrchestrationRuntimeStatus.ContinuedAsNew, StartOrchestrationOptionsExtensions.ValidDedupeStatuses);
    }

    [Fact]
    public void Continuing_as_new_keeps_unprocessed_events_unless_told_otherwise() =>
        Assert.True(new ContinueAsNewOptions().PreserveUnprocessedEvents);

    [Fact]
    public void A_query_asks_for_a_hundred_a_page_and_no_data() =>
        Assert.Equal((100, false), (new OrchestrationQuery().PageSize, new OrchestrationQuery().FetchInputsAndOutputs));
}
