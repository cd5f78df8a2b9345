using System.Text;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Experiments;

/// <summary>An experiment's file and its tasks, read strictly.</summary>
public sealed class ExperimentReaderTests
{
    private const string Whole = """
        {"name": "twenty", "workload": "tasks", "initiator": "codecraft-builder", "responder": "proveo-verifier",
         "repetitions": 5, "arms": ["mesh", "sequential_cold"], "seed": 7,
         "limits": {"rounds": 3, "costCapUsd": 1.5, "ttl": "PT10M"}}
        """;

    [Fact]
    public void A_whole_file_is_read()
    {
        var file = Read(Whole).Value!;

        Assert.Equal(("twenty", "tasks", 5, 7UL), (file.Name, file.Workload, file.Repetitions, file.Seed!.Value));
        Assert.Equal([ExperimentArm.Mesh, ExperimentArm.SequentialCold], file.Arms);
        Assert.Equal(new ExperimentLimits(3, 1.5m, TimeSpan.FromMinutes(10)), file.Limits);
        Assert.Equal(Pattern.BuilderVerifier, file.Pattern);
    }

    [Fact]
    public void Without_arms_and_limits_all_arms_run_within_the_defaults()
    {
        var file = Read("""{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":1}""").Value!;

        Assert.Equal(Enum.GetValues<ExperimentArm>(), file.Arms);
        Assert.Equal((4, 2m, TimeSpan.FromMinutes(30)), (file.Limits.Rounds, file.Limits.CostCapUsd, file.Limits.Ttl));
        Assert.Null(file.Seed);
    }

    [Theory]
    [InlineData("""{}""", "name", "workload", "initiator", "responder", "repetitions")]
    [InlineData("""{"name":"n","workload":"t","initiator":"a","responder":"a","repetitions":1}""", "responder")]
    [InlineData("""{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":0}""", "repetitions")]
    [InlineData("""{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":101}""", "repetitions")]
    [InlineData("""{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":1,"arms":["hot"]}""", "arms")]
    [InlineData("""{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":1,"seed":-1}""", "seed")]
    [InlineData(
        """{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":1,"limits":{"rounds":11}}""", "limits.rounds")]
    [InlineData("""{"name":"n","workload":"t","initiator":"a","responder":"b","repetitions":1,"repetition":2}""", "repetition")]
    public void Each_mistake_is_named(string json, params string[] paths) =>
        Assert.Equal(paths, Read(json).Errors.Select(error => error.Path));

    [Fact]
    public void A_task_without_a_required_criterion_is_refused()
    {
        var read = ReadTask("""{"id":"t","title":"T","prompt":"p","acceptance":[{"id":"AC-1","title":"x","required":false}]}""");

        Assert.Equal("acceptance", Assert.Single(read.Errors).Path);
    }

    [Fact]
    public void Two_criteria_of_one_id_are_refused()
    {
        var read = ReadTask(
            """{"id":"t","title":"T","prompt":"p","acceptance":[{"id":"AC-1","title":"x"},{"id":"AC-1","title":"y"}]}""");

        Assert.Equal(InputError.DuplicateId, Assert.Single(read.Errors).Code);
    }

    private static ReadResult<ExperimentFile> Read(string json) => ExperimentReader.Read(Encoding.UTF8.GetBytes(json));

    private static ReadResult<ExperimentTask> ReadTask(string json) => ExperimentReader.ReadTask(Encoding.UTF8.GetBytes(json));
}
