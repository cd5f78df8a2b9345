using System.Collections.Frozen;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Dispatch;

/// <summary>The classifier by rules: the MC task's company, else the one whose domain has the most words of the brief.</summary>
public static class DomainWords
{
    /// <summary>The error of work that fits no company.</summary>
    public const string NoRoute = "no_route";

    /// <summary>The error of work that fits several companies as well.</summary>
    public const string AmbiguousRoute = "ambiguous_route";

    private const int SubjectPoints = 2;
    private const int BodyPoints = 1;
    private const int MostWords = 20_000;
    private const int ShortestPlural = 4;

    // Words of every text, and of every domain: none says whose work it is.
    private static readonly FrozenSet<string> Empty = FrozenSet.Create(
        StringComparer.Ordinal,
        "a", "an", "and", "as", "at", "be", "builder", "by", "for", "from", "has", "in", "into", "is", "it", "its", "never", "no",
        "not", "of", "on", "only", "or", "our", "that", "the", "their", "this", "to", "verifier", "we", "with");

    /// <summary>Finds the company whose work a task is.</summary>
    /// <param name="task">The MC task; null where there is none of that id.</param>
    /// <param name="subject">The brief's subject.</param>
    /// <param name="body">The brief's body as a text.</param>
    /// <param name="registry">The registry.</param>
    public static Classification Classify(MissionTask? task, string subject, string body, AgentRegistry registry)
    {
        if (task?.Company is { } said && registry.FindCompany(said) is { } own)
        {
            return new Classification(own.Id, $"MC task '{task.Id}' belongs to {own.Name}.", []);
        }

        var (inSubject, inBody) = (WordsOf(subject), WordsOf(body));
        var candidates = registry.Companies
            .Where(company => Routing.BuilderOf(registry, company.Id) is not null)
            .Select(company => ScoreOf(company, inSubject, inBody))
            .OrderByDescending(candidate => candidate.Points)
            .ThenBy(candidate => candidate.Company, StringComparer.Ordinal)
            .ToList();
        return candidates switch
        {
            [] => new Classification(null, "No company has an enabled builder.", [], NoRoute),
            [{ Points: 0 }, ..] => new Classification(
                null,
                $"No word of the brief stands in a company's domain. Name a company or a builder: {Names(candidates)}.",
                candidates,
                NoRoute),
            [var first, var second, ..] when first.Points == second.Points => new Classification(
                null,
                "The brief fits several companies as well: "
                + $"{string.Join("; ", candidates.TakeWhile(one => one.Points == first.Points))}. Name one, or a builder.",
                [.. candidates.TakeWhile(one => one.Points == first.Points)],
                AmbiguousRoute),
            [var first, .. var others] => new Classification(
                first.Company,
                $"The brief has the most words of the domain of {first}"
                + $"{(others is [{ Points: > 0 } second, ..] ? $"; next {second}." : ".")}",
                candidates),
        };
    }

    private static RouteCandidate ScoreOf(CompanyView company, HashSet<string> inSubject, HashSet<string> inBody)
    {
        var found = WordsOf($"{company.Name} {company.Id} {company.Domain}")
            .Where(word => inSubject.Contains(word) || inBody.Contains(word))
            .Order(StringComparer.Ordinal)
            .ToList();
        return new RouteCandidate(
            company.Id, found.Sum(word => inSubject.Contains(word) ? SubjectPoints : BodyPoints), found);
    }

    private static string Names(IEnumerable<RouteCandidate> candidates) =>
        string.Join(", ", candidates.Select(candidate => candidate.Company));

    /// <summary>The words of a text in lower case, a plural as its singular.</summary>
    private static HashSet<string> WordsOf(string text)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        for (var (at, count) = (0, 0); at < text.Length && count < MostWords; count++)
        {
            while (at < text.Length && !char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

            var begin = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

#pragma warning disable CA1308 // The words are compared with each other, and shown to people.
            var word = text[begin..at].ToLowerInvariant();
#pragma warning restore CA1308
            word = word.Length >= ShortestPlural && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal)
                ? word[..^1]
                : word;
            if (word.Length > 1 && !Empty.Contains(word))
            {
                words.Add(word);
            }
        }

        return words;
    }
}

/// <summary>Whose work a task is.</summary>
/// <param name="Company">The company's id; null where it is not clear.</param>
/// <param name="Why">Why that one, or why none.</param>
/// <param name="Candidates">The companies that came into question, the best first.</param>
/// <param name="Code">The error's code where there is no company.</param>
public sealed record Classification(
    string? Company, string Why, IReadOnlyList<RouteCandidate> Candidates, string? Code = null);

/// <summary>A company that work might go to.</summary>
/// <param name="Company">Its id.</param>
/// <param name="Points">How well it fits: two for a word of the subject, one for a word of the body.</param>
/// <param name="Words">The words of its domain that the brief has.</param>
public sealed record RouteCandidate(string Company, int Points, IReadOnlyList<string> Words)
{
    /// <summary>For instance <c>codecraft (api, database)</c>.</summary>
    public override string ToString() => $"{Company} ({string.Join(", ", Words)})";
}
