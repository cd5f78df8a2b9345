using System.Text.RegularExpressions;

namespace DurableMesh.Tests.Documentation;

/// <summary>A link of the README or of a page leads somewhere.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages { get; } = [.. DocumentationPage.All.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_and_every_image_of_a_page_leads_somewhere(string name)
    {
        var page = DocumentationPage.Read(name);
        var broken = page.Prose()
            .SelectMany(line => Link().Matches(Code().Replace(line.Text, ""))
                .Select(link => (line.Number, Target: link.Groups[1].Value)))
            .Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !LeadsSomewhere(page, link.Target))
            .Select(link => $"{name}:{link.Number}: {link.Target}");

        Assert.Empty(broken);
    }

    [Fact]
    public void The_map_names_every_page()
    {
        var map = string.Join('\n', DocumentationPage.Read("docs/README.md").Lines);

        Assert.All(
            DocumentationPage.All.Select(page => Path.GetFileName(page.Name)).Where(name => name != "README.md"),
            name => Assert.Contains($"]({name})", map, StringComparison.Ordinal));
    }

    private static bool LeadsSomewhere(DocumentationPage page, string target)
    {
        var path = target.Split('#')[0];
        var full = path.Length == 0 ? page.Name
            : Path.GetRelativePath(
                DocumentationPage.Root,
                Path.GetFullPath(Path.Combine(DocumentationPage.Root, Path.GetDirectoryName(page.Name)!, path)));
        if (!target.Contains('#', StringComparison.Ordinal))
        {
            return Path.Exists(Path.Combine(DocumentationPage.Root, full));
        }

        return File.Exists(Path.Combine(DocumentationPage.Root, full))
            && AnchorsOf(DocumentationPage.Read(full.Replace('\\', '/'))).Contains(target.Split('#')[1]);
    }

    /// <summary>The anchors of a page as GitHub makes them of its headings, and those that it names itself.</summary>
    private static HashSet<string> AnchorsOf(DocumentationPage page)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, text) in page.Prose())
        {
            if (text.StartsWith('#'))
            {
                var title = Markup().Replace(Address().Replace(text.TrimStart('#').Trim(), "$1"), "").ToLowerInvariant();
                var anchor = NoAnchor().Replace(title, "").Replace(' ', '-');
                for (var number = 0; !anchors.Add(number == 0 ? anchor : $"{anchor}-{number}"); number++)
                {
                }
            }

            anchors.UnionWith(Named().Matches(text).Select(match => match.Groups[1].Value));
        }

        return anchors;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Address();

    [GeneratedRegex(@"[`*]")]
    private static partial Regex Markup();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"<a id=""([^""]+)""")]
    private static partial Regex Named();
}
