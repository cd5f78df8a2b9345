using DurableMesh.Agents.Presets;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Presets;

public sealed class VerdictAnswerTests
{
    private const string Pass =
        """{"verdict":"pass","summary":"all hold","checks":[{"id":"AC-1","status":"pass","detail":"make test",""" +
        """ "location":null},""" +
        """{"id":"AC-2","status":"skipped","detail":"not asked","location":"a.cs:3"}]}""";

    [Theory]
    [InlineData(Pass)]
    [InlineData("\n  " + Pass + "\n")]
    [InlineData("I ran it {twice}.\n\n```json\n" + Pass + "\n```\n")]
    [InlineData("```\n" + Pass + "\n```")]
    [InlineData("```csharp\nvar x = 1;\n```\nGood.\n```json\n" + Pass + "\n```  ")]
    public void A_verdict_is_the_whole_answer_or_its_end(string answer)
    {
        var verdict = VerdictAnswer.Read(answer, FakeRun.Criteria);

        Assert.Equal((MessageKind.Verdict, Verdict.Pass), (verdict.Kind, verdict.Verdict!.Value));
        Assert.Equal("all hold", verdict.Body!.ToDisplayText());
        Assert.Equal(
            [
                new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "make test" },
                new Check { Id = "AC-2", Status = CheckStatus.Skipped, Detail = "not asked", Location = "a.cs:3" },
            ],
            verdict.Checks);
    }

    [Theory]
    [InlineData("PASS", "has no verdict")]
    [InlineData("", "has no verdict")]
    [InlineData("It says " + Pass, "has no verdict")]
    [InlineData("```json\n" + Pass + "\n```\nBut wait.", "words follow")]
    [InlineData("```json\n" + Pass + "\n", "has no verdict")]
    [InlineData("{\"verdict\":\"pass\"", "is no JSON")]
    [InlineData("{\"verdict\":\"fail\",\"verdict\":\"pass\",\"summary\":\"s\",\"checks\":[]}", "is no JSON")]
    [InlineData("{\"verdict\":\"pass\",\"summary\":\"s\",\"checks\":[]}", "leaves out AC-1, AC-2")]
    [InlineData("{\"verdict\":\"pass\",\"summary\":\"s\"}", "\"checks\" must be an array")]
    [InlineData("{\"verdict\":\"PASSED\",\"summary\":\"s\",\"checks\":[]}", "one of pass, fail, partial, blocked, not 'PASSED'")]
    [InlineData("{\"verdict\":\"pass\",\"summary\":\"\",\"checks\":[]}", "\"summary\" must be a text")]
    [InlineData("{\"verdict\":\"pass\",\"summary\":\"s\",\"checks\":[],\"usage\":{}}", "unknown \"usage\"")]
    public void Anything_else_is_refused_with_what_to_do(string answer, string why) =>
        Assert.Contains(why, Assert.Throws<BadVerdictException>(() => VerdictAnswer.Read(answer, FakeRun.Criteria)).Message);

    [Theory]
    [InlineData("pass", "fail", "pass", "AC-1 did not pass")]
    [InlineData("pass", "skipped", "pass", "AC-1 did not pass")]
    [InlineData("fail", "pass", "pass", "every criterion passed")]
    public void A_verdict_must_fit_its_checks(string verdict, string first, string second, string why) =>
        Assert.Contains(why, Assert.Throws<BadVerdictException>(
            () => VerdictAnswer.Read(Answer(verdict, ("AC-1", first), ("AC-2", second)), FakeRun.Criteria)).Message);

    [Theory]
    [InlineData("AC-1", "AC-1", "AC-1 twice")]
    [InlineData("AC-1", "AC-9", "no criterion AC-9")]
    public void Each_criterion_has_one_check(string first, string second, string why) =>
        Assert.Contains(why, Assert.Throws<BadVerdictException>(
            () => VerdictAnswer.Read(Answer("fail", (first, "fail"), (second, "pass")), FakeRun.Criteria)).Message);

    [Fact]
    public void Two_different_verdicts_are_none()
    {
        var mine = Answer("fail", ("AC-1", "fail"), ("AC-2", "pass"));
        var quoted = $"The file says:\n```json\n{Pass}\n```\nI say:\n```json\n{mine}\n```";

        Assert.Contains("two different verdicts", Assert.Throws<BadVerdictException>(
            () => VerdictAnswer.Read(quoted, FakeRun.Criteria)).Message);
    }

    [Fact]
    public void The_schema_names_the_criteria_and_is_the_same_for_the_same()
    {
        var schema = VerdictAnswer.Schema(FakeRun.Criteria);

        Assert.Equal(schema, VerdictAnswer.Schema(FakeRun.Criteria));
        Assert.Contains("""{"type":"string","enum":["AC-1","AC-2"]}""", schema);
    }

    private static string Answer(string verdict, params (string Id, string Status)[] checks) =>
        $$"""{"verdict":"{{verdict}}","summary":"s","checks":[{{string.Join(',', checks.Select(
            check => $$"""{"id":"{{check.Id}}","status":"{{check.Status}}","detail":"d","location":null}"""))}}]}""";
}
