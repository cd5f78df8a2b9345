using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class OrchestrationMetadataTests
{
    [Fact]
    public void Input_output_and_custom_status_can_be_read_only_where_they_were_asked_for()
    {
        var metadata = new OrchestrationMetadata("Run", "i1") { SerializedInput = "1" };

        Assert.Contains("ReadInputAs", Refusal(metadata.ReadInputAs<string>));
        Assert.Contains("ReadOutputAs", Refusal(metadata.ReadOutputAs<string>));
        Assert.Contains("ReadCustomStatusAs", Refusal(metadata.ReadCustomStatusAs<string>));

        static string Refusal(Func<string?> read) => Assert.Throws<InvalidOperationException>(read).Message;
    }

    [Fact]
    public void Input_output_and_custom_status_are_read_by_the_clients_converter()
    {
        var metadata = new OrchestrationMetadata("Run", "i1")
        {
            DataConverter = JsonDataConverter.Default,
            SerializedInput = "1",
            SerializedOutput = "[2]",
        };

        Assert.Equal(1, metadata.ReadInputAs<int>());
        Assert.Equal([2], metadata.ReadOutputAs<int[]>()!);
        Assert.Null(metadata.ReadCustomStatusAs<string>());
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running, true, false)]
    [InlineData(OrchestrationRuntimeStatus.Pending, false, false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false, false)]
    [InlineData(OrchestrationRuntimeStatus.ContinuedAsNew, false, false)]
    [InlineData(OrchestrationRuntimeStatus.Completed, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Canceled, false, false)]
    public void Running_and_completed_mean_exactly_what_they_mean_officially(
        OrchestrationRuntimeStatus status, bool isRunning, bool isCompleted)
    {
        var metadata = new OrchestrationMetadata("Run", "i1") { RuntimeStatus = status };

        Assert.Equal(isRunning, metadata.IsRunning);
        Assert.Equal(isCompleted, metadata.IsCompleted);
    }

    [Fact]
    public void In_a_log_a_long_payload_is_cut()
    {
        string text = new OrchestrationMetadata("Run", "i1")
        {
            SerializedInput = new string('x', 51),
            SerializedOutput = new string('y', 50),
            FailureDetails = new TaskFailureDetails("E", "no", null, null, null),
        }.ToString();

        Assert.Contains($", Input: '{new string('x', 50)}...', Output: '{new string('y', 50)}', FailureDetails: 'E: no']", text);
        Assert.StartsWith("[Name: 'Run', ID: 'i1', RuntimeStatus: Running", text);
    }

    [Fact]
    public void A_purge_counts_from_zero()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PurgeResult(-1));
        Assert.Equal((0, null), (new PurgeResult(0).PurgedInstanceCount, new PurgeResult(0).IsComplete));
        Assert.Equal((2, true), (new PurgeResult(2, true).PurgedInstanceCount, new PurgeResult(2, true).IsComplete));
    }
}
