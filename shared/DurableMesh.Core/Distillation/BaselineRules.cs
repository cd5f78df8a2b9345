using System.Text.RegularExpressions;

namespace DurableMesh.Core.Distillation;

/// <summary>
/// Judges a draft by rules alone, against those entries of a baseline that are most like it: one that says nothing new is
/// dropped, one that contradicts is mended. Rules see words, numbers and negations; whether a statement is true they do not see.
/// </summary>
public static partial class BaselineRules
{
    // Above this two questions ask the same, by the share of their words.
    private const double SameQuestion = 0.8;

    // Above this two answers to the same question say the same where nothing contradicts.
    private const double SameAnswer = 0.85;

    // Above this two statements are about the same thing, so that another number or a negation is a contradiction.
    private const double SameThing = 0.7;

    // An answer to the same question is about the same thing with fewer words in common.
    private const double SameThingAsked = 0.4;

    /// <summary>Judges a draft.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="nearest">The entries of the baseline that are most like it, in any order.</param>
    public static DraftJudgement Judge(QuestionAnswer draft, IReadOnlyList<QuestionAnswer> nearest)
    {
        if (string.IsNullOrWhiteSpace(draft.Question) || string.IsNullOrWhiteSpace(draft.Answer))
        {
            return new(draft.Id, DraftOutcome.Drop, [new(DraftReason.Empty, "It has no question, or no answer.")]);
        }

        var contradictions = new List<(DraftReason Reason, string? Proposal)>();
        DraftReason? duplicate = null;
        var (question, answer) = (Statement.Of(draft.Question), Statement.Of(draft.Answer));
        foreach (var known in nearest)
        {
            var (knownAnswer, isSameQuestion) =
                (Statement.Of(known.Answer), question.Likeness(Statement.Of(known.Question)) >= SameQuestion);
            if (isSameQuestion && Contradiction(answer, knownAnswer, SameThingAsked) is { } code)
            {
                contradictions.Add((Because(code, known, known.Answer), Mended(code, answer, knownAnswer)));
            }
            else if (isSameQuestion && answer.Likeness(knownAnswer) >= SameAnswer)
            {
                duplicate ??= new(DraftReason.Duplicate, $"The baseline has it already, as {known.Id}.", known.Id);
            }
            else
            {
                contradictions.AddRange(ContradictionsWithin(draft, known));
            }
        }

        return contradictions.Count > 0
            ? new(draft.Id, DraftOutcome.Mend, [.. contradictions.Select(one => one.Reason)])
            {
                Proposal = contradictions is [var only] ? only.Proposal : null,
            }
            : duplicate is not null ? new(draft.Id, DraftOutcome.Drop, [duplicate])
            : new(draft.Id, DraftOutcome.Pass, []);
    }

    /// <summary>Sentences of the two that are about the same thing and contradict each other, whatever was asked.</summary>
    private static IEnumerable<(DraftReason Reason, string? Proposal)> ContradictionsWithin(
        QuestionAnswer draft, QuestionAnswer known)
    {
        var said = SentencesOf(known.Answer).Select(sentence => (Text: sentence, Read: Statement.Of(sentence))).ToList();
        foreach (var sentence in SentencesOf(draft.Answer))
        {
            var mine = Statement.Of(sentence);
            foreach (var (text, theirs) in said)
            {
                if (Contradiction(mine, theirs, SameThing) is { } code)
                {
                    var mended = Mended(code, mine, theirs);
                    yield return (
                        Because(code, known, text),
                        mended is null ? null : draft.Answer.Replace(sentence, mended, StringComparison.Ordinal));
                }
            }
        }
    }

    private static string? Contradiction(Statement mine, Statement theirs, double sameThing) =>
        mine.Likeness(theirs) < sameThing ? null
        : mine.Denies != theirs.Denies ? DraftReason.Opposite
        : mine.Numbers.Any() && theirs.Numbers.Any() && !mine.Numbers.Order().SequenceEqual(theirs.Numbers.Order())
            ? DraftReason.OtherNumber
            : null;

    private static string? Mended(string code, Statement mine, Statement theirs) =>
        code == DraftReason.OtherNumber ? mine.WithNumbersOf(theirs) : null;

    private static DraftReason Because(string code, QuestionAnswer known, string text) => new(
        code,
        $"The baseline ({known.Id}) {(code == DraftReason.Opposite ? "says the opposite" : "has another number")}: "
            + text.Trim(),
        known.Id);

    private static IEnumerable<string> SentencesOf(string text) =>
        Ends().Split(text).Where(sentence => !string.IsNullOrWhiteSpace(sentence));

    [GeneratedRegex(@"(?<=[.!?])\s+|\n+")]
    private static partial Regex Ends();
}
