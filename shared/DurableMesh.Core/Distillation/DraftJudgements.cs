using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Distillation;

/// <summary>The body of a comparator's verdict.</summary>
/// <param name="Judgements">A judgement on each draft.</param>
public sealed record DraftJudgements(IReadOnlyList<DraftJudgement> Judgements)
{
    private const int MaxReasons = 100;
    private const int MaxCodeLength = 100;

    /// <summary>Reads a verdict's body; null where it is another's, who judges in words.</summary>
    /// <param name="body">The body.</param>
    public static DraftJudgements? TryRead(JsonText? body)
    {
        var read = JsonInput.Read(body?.ToUtf8(), input => new DraftJudgements(
            input.Objects("judgements", DraftBatch.MaxDrafts, Read, one => one.Id)));
        return read.Value is { Judgements.Count: > 0 } judgements ? judgements : null;
    }

    /// <summary>
    /// The judgements that a verdict comes to whose body says none: a check that does not pass asks for mending, unless the
    /// verdict says that there is nothing to mend.
    /// </summary>
    /// <param name="verdict">The verdict.</param>
    public static IReadOnlyList<DraftJudgement> OfChecks(MessageView verdict) =>
    [
        .. verdict.Checks.Select(check => check.Status == CheckStatus.Pass
            ? new DraftJudgement(check.Id, DraftOutcome.Pass, [])
            : new DraftJudgement(
                check.Id,
                verdict.Verdict == Verdict.Blocked ? DraftOutcome.Drop : DraftOutcome.Mend,
                [new DraftReason(DraftReason.Judged, check.Detail ?? "The comparator does not say why.")])),
    ];

    private static DraftJudgement? Read(ObjectReader input)
    {
        var id = input.Id("id", QuestionAnswer.MaxIdLength);
        var outcome = input.Choice<DraftOutcome>("outcome");
        var reasons = input.Objects("reasons", MaxReasons, ReadReason);
        var proposal = input.Words("proposal", QuestionAnswer.MaxTextLength);
        return id is null || outcome is null ? null : new(id, outcome.Value, reasons) { Proposal = proposal };
    }

    private static DraftReason? ReadReason(ObjectReader input)
    {
        var code = input.Line("code", MaxCodeLength);
        var detail = input.Words("detail", QuestionAnswer.MaxTextLength * 2, required: true);
        var known = input.Id("baselineId", QuestionAnswer.MaxIdLength, required: false);
        return code is null || detail is null ? null : new(code, detail, known);
    }
}
