using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Distillation;

/// <summary>The body of a distiller's submission: the drafts that it asks about.</summary>
/// <param name="Drafts">The drafts, as they are now; at least one.</param>
/// <param name="Final">
/// Whether they will not be mended any more, so that those of them that do not pass hold up the others no longer.
/// </param>
public sealed record DraftBatch(IReadOnlyList<QuestionAnswer> Drafts, bool Final)
{
    /// <summary>How many drafts one thread takes at most.</summary>
    public const int MaxDrafts = 50;

    /// <summary>Reads a submission's body, or lists what is wrong with it.</summary>
    /// <param name="body">The body; null where the message has none.</param>
    public static ReadResult<DraftBatch> Read(JsonText? body) => JsonInput.Read(body?.ToUtf8(), input =>
    {
        var drafts = input.Objects("drafts", MaxDrafts, QuestionAnswerReader.Read, draft => draft.Id);
        if (drafts.Count == 0)
        {
            input.Add("drafts", InputError.Missing, "There is no draft to compare.");
        }

        return new DraftBatch(drafts, input.Flag("final") ?? false);
    });

    /// <summary>
    /// The verdict that judgements come to. Of one draft it is the draft's own. Of several, what can be mended holds up the rest
    /// until the batch is final; then whatever passes makes it a pass, and the checks say which do.
    /// </summary>
    /// <param name="judgements">A judgement on each draft.</param>
    public Verdict VerdictOf(IReadOnlyList<DraftJudgement> judgements) =>
        !Final && judgements.Any(one => one.Outcome == DraftOutcome.Mend) ? Verdict.Fail
        : judgements.Any(one => one.Outcome == DraftOutcome.Pass) ? Verdict.Pass
        : Verdict.Blocked;

    /// <summary>The criteria of a thread about some drafts: one that must hold, and what becomes of each of several.</summary>
    /// <param name="drafts">The drafts, as they are at first.</param>
    public static IReadOnlyList<AcceptanceCriterion> CriteriaOf(IReadOnlyList<QuestionAnswer> drafts) => drafts is [var only]
        ? [new AcceptanceCriterion(only.Id, "would pass the current baseline")]
        :
        [
            new AcceptanceCriterion(Compared, "each draft was held against the current baseline"),
            .. drafts.Select(draft => new AcceptanceCriterion(draft.Id, "would pass the current baseline", Required: false)),
        ];

    /// <summary>The criterion of a batch of several that must hold.</summary>
    public const string Compared = "compared";

    /// <summary>The checks that say what became of each draft.</summary>
    /// <param name="judgements">A judgement on each draft.</param>
    public static IReadOnlyList<Check> ChecksOf(IReadOnlyList<DraftJudgement> judgements)
    {
        var checks = judgements.Select(one => new Check
        {
            Id = one.Id,
            Status = one.Outcome == DraftOutcome.Pass ? CheckStatus.Pass : CheckStatus.Fail,
            Detail = one.Words(),
        });
        var compared = new Check
        {
            Id = Compared,
            Status = CheckStatus.Pass,
            Detail = $"{judgements.Count} drafts were compared.",
        };
        return judgements.Count == 1 ? [.. checks] : [compared, .. checks];
    }
}
