namespace DurableMesh.Tests.Documentation;

/// <summary>A Markdown page of the repository that is written for readers: the README, or one under <c>docs/</c>.</summary>
/// <param name="Name">Its path from the repository's root, with <c>/</c>.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record DocumentationPage(string Name, IReadOnlyList<string> Lines)
{
    /// <summary>The folder with <c>DurableMesh.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All pages, the README first.</summary>
    public static IReadOnlyList<DocumentationPage> All { get; } =
    [
        Read("README.md"),
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")
            .Order(StringComparer.Ordinal)
            .Select(path => Read($"docs/{Path.GetFileName(path)}")),
    ];

    /// <summary>The page of a name.</summary>
    /// <param name="name">Its path from the repository's root.</param>
    public static DocumentationPage Read(string name) => new(name, File.ReadAllLines(Path.Combine(Root, name)));

    /// <summary>The lines outside of fenced blocks and comments, each with its number; inside of them an empty line.</summary>
    public IEnumerable<(int Number, string Text)> Prose()
    {
        var (fenced, comment) = (false, false);
        for (var index = 0; index < Lines.Count; index++)
        {
            var line = Lines[index];
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            comment |= !fenced && line.Contains("<!--", StringComparison.Ordinal);
            yield return (index + 1, fenced || isFence || comment ? "" : line);
            fenced ^= isFence;
            comment &= !line.Contains("-->", StringComparison.Ordinal);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "DurableMesh.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
