using System.Text;
using System.Text.Json;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.Core.Workflows;

/// <summary>What a surface makes of a definition, and which shapes it cannot have.</summary>
public sealed class WorkflowSurfaceTests
{
    private const string Good = """
        {"name":"n","surface":"chain","mcTask":"7","steps":[
          {"id":"a","company":"CodeCraft","prompt":"Build it.\nAll of it.","acceptance":[{"id":"AC-1","title":"it holds"}]},
          {"id":"b","company":"vizu","prompt":"Draw it.","acceptance":[{"id":"AC-1","title":"it shows"}]}]}
        """;

    [Fact]
    public void Steps_of_a_chain_are_sequential_tried_three_times_and_built_by_their_companies()
    {
        var definition = Read(Good);
        var plan = SampleWorkflow.Around().PlanOf(definition);

        Assert.Equal("codecraft-builder", definition.Actor);
        Assert.Equal(["codecraft-builder", "vizu-builder"], plan.Select(step => step.Initiator));
        Assert.Equal(["proveo-verifier", "proveo-verifier"], plan.Select(step => step.Responder));
        Assert.All(plan, step => Assert.Equal((Pattern.Sequential, 3, true), (step.Pattern, step.Tries!.Value, step.HandsOn)));
        Assert.Equal("Build it.", plan[0].Title);
        Assert.Equal([[], ["a"]], plan.Select(step => step.After));
    }

    [Fact]
    public void Steps_of_a_DAG_wait_for_what_they_name_alone()
    {
        var definition = Read(Good.Replace("chain", "dag", StringComparison.Ordinal));
        Assert.All(SampleWorkflow.Around().PlanOf(definition), step => Assert.Empty(step.After));
    }

    [Fact]
    public void One_try_a_pattern_of_its_own_and_keeping_the_result_can_be_said()
    {
        var step = SampleWorkflow.Around().PlanOf(Read(Good.Replace(
            "\"id\":\"a\",",
            "\"id\":\"a\",\"tries\":1,\"pattern\":\"builder-verifier\",\"handsOn\":false,",
            StringComparison.Ordinal)))[0];
        Assert.Equal((Pattern.BuilderVerifier, (int?)null, false), (step.Pattern, step.Tries, step.HandsOn));
    }

    [Fact]
    public void What_was_read_is_written_and_read_again_as_the_same()
    {
        foreach (var json in (string[])[Good, Good.Replace("chain", "dag", StringComparison.Ordinal), SampleWorkflow.Three])
        {
            var definition = Read(json);
            var utf8 = JsonSerializer.SerializeToUtf8Bytes(definition, MeshJson.Options);
            var again = WorkflowReader.Read(utf8, SampleWorkflow.Around());
            Assert.Empty(again.Errors);
            Assert.Equal(utf8, JsonSerializer.SerializeToUtf8Bytes(again.Value, MeshJson.Options));
        }
    }

    public static TheoryData<string, string, string, string> Bad() => new()
    {
        { "\"chain\"", "\"mesh\"", "surface", "not_allowed" },
        { "\"chain\"", "\"chains\"", "surface", "invalid_value" },
        { "\"chain\"", "\"one-shot-task\"", "steps", "not_allowed" },
        { "\"id\":\"a\",", "\"id\":\"a\",\"tries\":0,", "steps[0].tries", "out_of_range" },
        { "\"id\":\"a\",", "\"id\":\"a\",\"tries\":11,", "steps[0].tries", "out_of_range" },
        { "\"id\":\"b\",", "\"id\":\"b\",\"after\":[\"a\"],", "steps[1].after", "not_allowed" },
        { ",\"acceptance\":[{\"id\":\"AC-1\",\"title\":\"it shows\"}]", "", "steps[1].acceptance", "missing" },
        { "\"title\":\"it shows\"", "\"title\":\"it shows\",\"required\":false", "steps[1].acceptance", "missing" },
        { "\"id\":\"a\",", "\"id\":\"a\",\"builder\":\"codecraft-bilder\",", "steps[0].builder", "unknown_agent" },
        { "\"vizu\"", "\"vizo\"", "steps[1].company", "unknown_company" },
        { "\"vizu\"", "\"securion\"", "steps[1].company", "no_builder" },
        { "\"id\":\"a\",", "\"id\":\"a\",\"endState\":\"ANSWERED\",\"tries\":2,", "steps[0].tries", "not_allowed" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_wrong_is_named(string good, string bad, string path, string code)
    {
        var json = Good.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(Good, json);
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), SampleWorkflow.Around());
        Assert.Contains(read.Errors, error => error.Path == path && error.Code == code);
    }

    [Fact]
    public void A_cycle_in_a_DAG_is_found()
    {
        var json = Good.Replace("chain", "dag", StringComparison.Ordinal)
            .Replace("\"id\":\"a\",", "\"id\":\"a\",\"after\":[\"b\"],", StringComparison.Ordinal)
            .Replace("\"id\":\"b\",", "\"id\":\"b\",\"after\":[\"a\"],", StringComparison.Ordinal);
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), SampleWorkflow.Around());
        Assert.Equal("cycle", Assert.Single(read.Errors).Code);
    }

    [Fact]
    public void Sequential_steps_need_no_row_of_the_authority_table()
    {
        var around = SampleWorkflow.Around();
        Assert.Empty(around.DoubtsAbout(around.PlanOf(Read(Good))));
        var (builder, verifier) = (around.Registry.Find("codecraft-builder")!, around.Registry.Find("proveo-verifier")!);
        var decision = AuthorityTable.Empty.Decide(Pattern.Sequential, builder, verifier, SampleWorkflow.Noon);
        Assert.Equal((true, null, null), (decision.Authorised, decision.RowId, decision.UseInstead));
        Assert.Equal("The sequential surfaces need no row.", decision.Explanation);
    }

    [Fact]
    public void No_row_can_be_written_for_what_needs_none()
    {
        var read = AuthorityReader.ReadPut("""
            {"rows":[{"id":"x","pattern":"sequential","initiator":{},"responder":{},"status":"retired",
              "since":"2026-11-01T00:00:00Z","why":"stop them"}]}
            """u8.ToArray());
        Assert.Equal(("rows[0].pattern", "not_allowed"), (read.Errors[0].Path, read.Errors[0].Code));
    }

    private static WorkflowDefinition Read(string json)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), SampleWorkflow.Around());
        Assert.Empty(read.Errors);
        return read.Value!;
    }
}
