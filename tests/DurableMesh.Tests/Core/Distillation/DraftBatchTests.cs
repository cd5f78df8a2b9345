using DurableMesh.Core.Distillation;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Distillation;

public sealed class DraftBatchTests
{
    [Theory]
    [InlineData(false, new[] { DraftOutcome.Pass }, Verdict.Pass)]
    [InlineData(false, new[] { DraftOutcome.Mend }, Verdict.Fail)]
    [InlineData(true, new[] { DraftOutcome.Mend }, Verdict.Blocked)]
    [InlineData(false, new[] { DraftOutcome.Drop }, Verdict.Blocked)]
    [InlineData(false, new[] { DraftOutcome.Pass, DraftOutcome.Mend }, Verdict.Fail)]
    [InlineData(true, new[] { DraftOutcome.Pass, DraftOutcome.Mend }, Verdict.Pass)]
    [InlineData(false, new[] { DraftOutcome.Pass, DraftOutcome.Drop }, Verdict.Pass)]
    [InlineData(true, new[] { DraftOutcome.Mend, DraftOutcome.Drop }, Verdict.Blocked)]
    public void Judgements_come_to_a_verdict(bool final, DraftOutcome[] outcomes, Verdict verdict) => Assert.Equal(
        verdict,
        new DraftBatch([], final).VerdictOf([.. outcomes.Select((outcome, n) => new DraftJudgement($"{n}", outcome, []))]));

    [Fact]
    public void One_draft_is_the_criterion_and_of_several_each_is_an_optional_one()
    {
        QuestionAnswer first = new("D-1", "q", "a"), second = new("D-2", "q", "a");

        Assert.Equal([("D-1", true)], DraftBatch.CriteriaOf([first]).Select(one => (one.Id, one.Required)));
        Assert.Equal(
            [(DraftBatch.Compared, true), ("D-1", false), ("D-2", false)],
            DraftBatch.CriteriaOf([first, second]).Select(one => (one.Id, one.Required)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"drafts": []}""")]
    [InlineData("""{"drafts": [{"id": "D-1", "question": "q"}]}""")]
    [InlineData("""{"drafts": [{"id": "D-1", "question": "q", "answer": "a"}], "last": true}""")]
    [InlineData("\"words\"")]
    public void A_submission_without_drafts_is_none(string body) =>
        Assert.NotEmpty(DraftBatch.Read(JsonText.Parse(System.Text.Encoding.UTF8.GetBytes(body))).Errors);

    [Fact]
    public void A_message_without_a_body_has_no_drafts() => Assert.NotEmpty(DraftBatch.Read(null).Errors);

    [Fact]
    public void A_comparator_that_judges_in_words_is_read_by_its_checks()
    {
        var verdict = new MessageView
        {
            ThreadId = "t",
            Sequence = 3,
            MessageId = "m",
            From = "c",
            To = "d",
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Fail,
            Body = JsonText.OfString("{\"judgements\": []}"),
            Checks =
            [
                new Check { Id = "D-1", Status = CheckStatus.Pass },
                new Check { Id = "D-2", Status = CheckStatus.Fail, Detail = "The year is wrong." },
            ],
            SentAt = default,
            AcceptedAt = default,
        };

        Assert.Null(DraftJudgements.TryRead(verdict.Body));
        var judgements = DraftJudgements.OfChecks(verdict);
        Assert.Equal([DraftOutcome.Pass, DraftOutcome.Mend], judgements.Select(one => one.Outcome));
        Assert.Equal("The year is wrong.", judgements[1].Words());
        Assert.Equal(
            DraftOutcome.Drop, DraftJudgements.OfChecks(verdict with { Verdict = Verdict.Blocked })[1].Outcome);
    }

    [Fact]
    public void Lines_are_read_and_all_that_is_wrong_is_said_with_its_line()
    {
        const string lines = """
            {"id": "a", "question": "q", "answer": "a"}

            {"id": "b", "question": "q"}
            no JSON
            {"id": "c", "question": "q", "answer": "a", "more": 1}
            {"id": "a", "question": "q", "answer": "a"}
            """;

        var read = QuestionAnswerReader.ReadLines(lines);

        Assert.Null(read.Value);
        Assert.Equal(["line 3, answer", "line 4", "line 5, more", "line 6, id"], read.Errors.Select(error => error.Path));
        Assert.Equal("a", Assert.Single(QuestionAnswerReader.ReadLines(lines.Split('\n')[0]).Value!).Id);
        Assert.Empty(QuestionAnswerReader.ReadLines("\n").Value!);
    }
}
