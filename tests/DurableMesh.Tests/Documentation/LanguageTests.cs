using System.Text.RegularExpressions;

namespace DurableMesh.Tests.Documentation;

/// <summary>The pages are written for people whose first language is another one.</summary>
public sealed partial class LanguageTests
{
    public static TheoryData<string> Pages { get; } = [.. DocumentationPage.All.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_sentence_has_a_clause_with_what_or_who_as_its_subject(string name)
    {
        // A sentence may run over lines; a number of a line is worth more than the sentence whole.
        var found = DocumentationPage.Read(name).Prose()
            .SelectMany(line => Opening().Matches(line.Text)
                .Where(match => !IsQuestion(line.Text, match.Index))
                .Select(match => $"{name}:{line.Number}: {line.Text[match.Index..]}"));

        Assert.Empty(found);
    }

    private static bool IsQuestion(string line, int begin)
    {
        var end = line.IndexOfAny(['.', '?', '!', ':', ';'], begin + 1);
        return line.TrimStart().StartsWith('#') || (end >= 0 && line[end] == '?');
    }

    [GeneratedRegex(@"(?<=^|^- |^\d+\. |[.!?:] |\*\* |^> |\| )(What|Who|Whoever|Whatever) ")]
    private static partial Regex Opening();
}
