using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>What a verdict's checks say about the brief's criteria.</summary>
/// <param name="Passed">Required criteria that passed.</param>
/// <param name="Failing">The ids of required checks that failed, criteria or not.</param>
/// <param name="Uncovered">The ids of required criteria that no check reports as passed or failed.</param>
/// <param name="Open">
/// How many required checks are reported as failed or skipped: what could not be tried, because a build broke for instance, does
/// not hold either.
/// </param>
public sealed record VerdictAssessment(int Passed, IReadOnlyList<string> Failing, IReadOnlyList<string> Uncovered, int Open)
{
    /// <summary>
    /// The ids of checks that are no criteria and speak against a pass: required ones that were skipped, and any that failed.
    /// Only the brief says what may fail.
    /// </summary>
    public IReadOnlyList<string> Contradicting { get; private init; } = [];

    /// <summary>Whether every required criterion passed and no required check failed.</summary>
    public bool AllPassed => Failing.Count == 0 && Uncovered.Count == 0;

    /// <summary>Assesses a verdict.</summary>
    /// <param name="acceptance">The brief's criteria; what is required there is required, whatever the check says.</param>
    /// <param name="checks">The verdict's checks; where an id stands twice, the worst counts.</param>
    public static VerdictAssessment Of(IReadOnlyList<AcceptanceCriterion> acceptance, IReadOnlyList<Check> checks)
    {
        var statuses = new Dictionary<string, CheckStatus>(checks.Count);
        foreach (var check in checks)
        {
            statuses[check.Id] = statuses.TryGetValue(check.Id, out var other) ? Worse(other, check.Status) : check.Status;
        }

        var required = acceptance.Where(criterion => criterion.Required).Select(criterion => criterion.Id).ToHashSet();
        var optional = acceptance.Where(criterion => !criterion.Required).Select(criterion => criterion.Id).ToHashSet();
        var open = checks
            .Where(check => required.Contains(check.Id) || (check.Required == true && !optional.Contains(check.Id)))
            .Select(check => check.Id)
            .Where(id => statuses[id] != CheckStatus.Pass)
            .Distinct()
            .ToList();
        return new VerdictAssessment(
            required.Count(id => statuses.TryGetValue(id, out var status) && status == CheckStatus.Pass),
            [.. open.Where(id => statuses[id] == CheckStatus.Fail)],
            [.. required.Where(id => statuses.GetValueOrDefault(id, CheckStatus.Skipped) == CheckStatus.Skipped)],
            open.Count)
        {
            Contradicting = [.. checks
                .Where(check => !required.Contains(check.Id) && !optional.Contains(check.Id))
                .Where(check => check.Status == CheckStatus.Fail || (check.Required == true && check.Status != CheckStatus.Pass))
                .Select(check => check.Id)
                .Distinct()],
        };
    }

    private static CheckStatus Worse(CheckStatus left, CheckStatus right) => (left, right) switch
    {
        (CheckStatus.Fail, _) or (_, CheckStatus.Fail) => CheckStatus.Fail,
        (CheckStatus.Skipped, _) or (_, CheckStatus.Skipped) => CheckStatus.Skipped,
        _ => CheckStatus.Pass,
    };
}
