using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Documentation;

/// <summary>The pages that explain words and rules know all words and rules that the code has.</summary>
public sealed partial class ReferenceTests
{
    public static TheoryData<string> Words { get; } =
    [
        .. WordsOf<EndState>(), .. WordsOf<EndReason>(), .. WordsOf<ThreadPhase>(), .. WordsOf<Pattern>(),
        .. WordsOf<MessageKind>(), .. WordsOf<Verdict>(), .. WordsOf<CheckStatus>(), .. WordsOf<ReceiptKind>(),
        .. WordsOf<RejectReason>(),
    ];

    [Theory]
    [MemberData(nameof(Words))]
    public void The_concepts_explain_every_word_of_a_thread(string word) =>
        Assert.Contains(word, Explained(), StringComparer.Ordinal);

    [Fact]
    public void Every_end_reason_has_a_row_with_its_cause_and_what_to_do()
    {
        var rows = DocumentationPage.Read("docs/concepts.md").Lines
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells.Length == 4)
            .ToDictionary(cells => cells[0].Trim(' ', '`'), cells => cells, StringComparer.Ordinal);

        Assert.All(WordsOf<EndReason>(), reason => Assert.All(rows[reason], cell => Assert.NotEqual("", cell.Trim())));
    }

    [Fact]
    public void Every_section_of_the_design_that_a_source_cites_is_there()
    {
        var sections = DocumentationPage.Read("docs/design.md").Lines
            .Select(line => Section().Match(line))
            .Where(section => section.Success)
            .Select(section => section.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        string[] folders = ["functions", "shared", "tests", "samples"];
        var missing = folders
            .SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(DocumentationPage.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(path => !Path.GetRelativePath(DocumentationPage.Root, path).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj"))
            .SelectMany(path => Cited().Matches(File.ReadAllText(path))
                .SelectMany(citation => Number().Matches(citation.Value).Select(number => (path, number.Value))))
            .Where(citation => !sections.Contains(citation.Value));

        Assert.Empty(missing);
    }

    /// <summary>The words in code type of the page, in its tables and lists.</summary>
    private static HashSet<string> Explained() => DocumentationPage.Read("docs/concepts.md").Prose()
        .SelectMany(line => Code().Matches(line.Text))
        .Select(match => match.Groups[1].Value)
        .ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> WordsOf<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().Select(value => JsonSerializer.SerializeToElement(value, MeshJson.Options).GetString()!);

    [GeneratedRegex(@"^## (\d+)\. ")]
    private static partial Regex Section();

    [GeneratedRegex(@"DESIGN §\d+(, §\d+)*")]
    private static partial Regex Cited();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
