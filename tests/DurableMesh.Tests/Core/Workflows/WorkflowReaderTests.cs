using System.Text;
using CsCheck;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.Core.Workflows;

public sealed class WorkflowReaderTests
{
    private static readonly string[] Replacements = ["", "\"", "{}", "null"];

    [Fact]
    public void The_shape_of_the_original_is_read_and_steps_follow_each_other()
    {
        var definition = Read(SampleWorkflow.Three).Value!;
        Assert.Equal(["build", "audit", "verify"], definition.Steps.Select(step => step.Id));
        Assert.Equal([[], ["build"], ["audit"]], SampleWorkflow.Around().PlanOf(definition).Select(step => step.After));
    }

    [Fact]
    public void Parties_patterns_and_criteria_are_found_for_each_step()
    {
        var plan = SampleWorkflow.Around().PlanOf(Read(SampleWorkflow.Three).Value!);
        Assert.Equal(["proveo-verifier", "securion-advisor", "proveo-verifier"], plan.Select(step => step.Responder));
        Assert.Equal([Pattern.BuilderVerifier, Pattern.Advisory, Pattern.BuilderVerifier], plan.Select(step => step.Pattern));
        Assert.Equal([1, 0, 1], plan.Select(step => step.Acceptance.Count));
    }

    public static TheoryData<string, string, string, string> Bad() => new()
    {
        { "\"steps\": [", "\"steps\": [], \"x\": [", "steps", "missing" },
        { "\"Proveo\"", "\"Provio\"", "steps[0].company", "unknown_company" },
        { "\"actor\": \"codecraft-builder\"", "\"actor\": \"codecraft-bilder\"", "actor", "unknown_agent" },
        { "\"id\": \"audit\"", "\"id\": \"build\"", "steps[1].id", "duplicate_id" },
        { "\"id\": \"audit\",", "\"id\": \"audit\", \"after\": [\"bild\"],", "steps", "unknown_step" },
        { "\"id\": \"audit\",", "\"id\": \"audit\", \"after\": [\"verify\"],", "steps", "cycle" },
        { "\"id\": \"audit\",", "\"id\": \"audit\", \"after\": [\"audit\"],", "steps", "cycle" },
        { "\"costCapUsd\": 3", "\"costCapUsd\": 0", "steps[0]", "budget_below_turn" },
        { "\"costCapUsd\": 3", "\"costCapUsd\": 0.0194", "steps[0]", "budget_below_turn" },
        { "\"id\": \"build\",", "\"id\": \"build\", \"limits\": {\"costCapUsd\": 0.001},", "steps[0].limits.costCapUsd", "budget_below_turn" },
        { "\"id\": \"build\",", "\"id\": \"build\", \"limits\": {\"maxTurns\": 501},", "steps[0].limits", "out_of_range" },
        { "\"id\": \"build\",", "\"id\": \"build\", \"responder\": \"nobody\",", "steps[0].responder", "unknown_agent" },
        { "\"id\": \"build\",", "\"id\": \"build\", \"responder\": \"vizu-builder\",", "steps[0].responder", "invalid_value" },
        { "\"id\": \"build\",", "\"id\": \"build\", \"builder\": \"nobody\",", "steps[0].builder", "unknown_agent" },
        { "\"id\": \"build\",", "\"id\": \"build\", \"builder\": \"proveo-verifier\", \"responder\": \"proveo-verifier\",", "steps[0].responder", "invalid_value" },
        { "\"Proveo\"", "\"vizu\"", "steps[0].company", "no_responder" },
        { "\"id\": \"audit\",", "\"id\": \"audit\", \"pattern\": \"builder-verifier\",", "steps[1].pattern", "not_allowed" },
        { "\"endState\": \"ANSWERED\"", "\"endState\": \"answered\"", "steps[1].endState", "invalid_value" },
        { "\"prompt\": \"Build.\", ", "", "steps[0].prompt", "missing" },
        { "\"handsOn\": true }", "\"handOn\": true }", "steps[0].handOn", "unknown_field" },
        { "\"handsOn\": true }", "\"onBlocked\": \"wait\" }", "steps[0].onBlocked", "invalid_value" },
        { "\"name\": \"Bounded claim\", ", "", "name", "missing" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_wrong_is_named(string good, string bad, string path, string code)
    {
        var json = SampleWorkflow.Three;
        var at = json.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at >= 0);
        var errors = Read(json[..at] + bad + json[(at + good.Length)..]).Errors;
        Assert.Contains(errors, error => error.Path == path && error.Code == code);
    }

    [Fact]
    public void All_that_is_wrong_comes_at_once()
    {
        var codes = Read("""
            {"name":"n","actor":"ghost","limits":{"costCapUsd":0.001},"steps":[
              {"id":"a","company":"nowhere","title":"t","prompt":"p","endState":"PASS","after":["b"]},
              {"id":"b","company":"proveo","builder":"codecraft-builder","title":"t","prompt":"p","endState":"PASS","after":["a","zzz"]}]}
            """).Errors.Select(error => error.Code).ToList();
        foreach (var code in (string[])["unknown_agent", "unknown_company", "unknown_step", "cycle", "budget_below_turn"])
        {
            Assert.Contains(code, codes);
        }
    }

    [Fact]
    public void A_step_that_waits_for_a_cycle_is_named_with_it()
    {
        var error = Assert.Single(Read("""
            {"name":"n","actor":"codecraft-builder","steps":[
              {"id":"a","company":"proveo","title":"t","prompt":"p","endState":"PASS","after":["c"]},
              {"id":"b","company":"proveo","title":"t","prompt":"p","endState":"PASS","after":["a"]},
              {"id":"c","company":"proveo","title":"t","prompt":"p","endState":"PASS","after":["b"]},
              {"id":"free","company":"proveo","title":"t","prompt":"p","endState":"PASS","after":[]}]}
            """).Errors);
        Assert.Equal(WorkflowReader.Cycle, error.Code);
        Assert.Contains("'a', 'b', 'c'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("free", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Doubts_say_what_the_gate_would_say_now()
    {
        var around = SampleWorkflow.Around();
        var preview = WorkflowPreview.Of(Read(SampleWorkflow.Three).Value!, around);
        Assert.Equal(3, preview.Doubts.Count);
        Assert.Contains("build", preview.Doubts[0], StringComparison.Ordinal);
        Assert.Equal(3m, preview.CostCapUsd);
        Assert.StartsWith("flowchart LR", preview.Picture, StringComparison.Ordinal);
    }

    [Fact]
    public void A_title_cannot_break_out_of_the_picture()
    {
        var picture = WorkflowPreview.Of(
            Read(SampleWorkflow.Three.Replace("Build it", "x\\\"] --> evil[<script>", StringComparison.Ordinal)).Value!,
            SampleWorkflow.Around()).Picture;
        Assert.DoesNotContain("<script>", picture, StringComparison.Ordinal);
        Assert.DoesNotContain("x\"]", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_are_it_answers() => Gen.Byte.Array[0, 200].Sample(bytes =>
        Assert.NotEmpty(WorkflowReader.Read(bytes, SampleWorkflow.Around()).Errors));

    [Fact]
    public void Whatever_is_missing_or_replaced_it_answers() => Gen.Select(Gen.Int[0, 400], Gen.Int[0, 3]).Sample((at, how) =>
    {
        var json = SampleWorkflow.Three;
        at %= json.Length;
        var broken = json[..at] + Replacements[how] + json[(at + 1)..];
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(broken), SampleWorkflow.Around());
        Assert.Equal(read.Ok, read.Errors.Count == 0);
    });

    [Fact]
    public void What_was_read_reads_again()
    {
        var definition = Read(SampleWorkflow.Three).Value!;
        var again = Read(System.Text.Json.JsonSerializer.Serialize(definition, MeshJson.Options));
        Assert.Empty(again.Errors);
        Assert.Equal(
            DurableMesh.Core.Evidence.ContentHash.Of(definition), DurableMesh.Core.Evidence.ContentHash.Of(again.Value!));
    }

    private static ReadResult<WorkflowDefinition> Read(string json) => WorkflowReader.Read(
        Encoding.UTF8.GetBytes(json),
        SampleWorkflow.Around("""{"prices":[{"model":"m","from":"2026-01-01T00:00:00Z","input":3,"output":15}]}"""));
}
