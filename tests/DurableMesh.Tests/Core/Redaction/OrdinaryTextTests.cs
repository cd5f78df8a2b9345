using System.Runtime.CompilerServices;
using DurableMesh.Core.Redaction;

namespace DurableMesh.Tests.Core.Redaction;

/// <summary>What nobody wants redacted.</summary>
public sealed class OrdinaryTextTests
{
    private static readonly string[] Built =
    [
        .. ((string[])["bin", "obj", "node_modules"])
            .Select(folder => $"{Path.DirectorySeparatorChar}{folder}{Path.DirectorySeparatorChar}"),
    ];

    [Theory]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("7d444840-9dc0-11d1-b245-5ffdce74fad2 00000000-0000-0000-0000-000000000000 12345678-1234-1234-1234-123456789012")]
    [InlineData("2026-03-14T09:26:53.5897932Z 2026-03-14 09:26 20260314-0926 202603140926 20260314T092653Z 1773480413 1773480413589")]
    [InlineData("3.14159265358979323846 6.02214076e23 1_000_000 1,234,567.89 0x7fffffff 18446744073709551615 -9223372036854775808")]
    [InlineData("1.2.3-beta.4 10.0.12 net10.0 C:\\x\\1.2.3\\y 192.168 §5.1 RFC 8785")]
    [InlineData("CsvReader.cs:41:17 (12,34) [1..4] a[0] 100% #123 @example")]
    [InlineData("https://example.com/path?page=2&size=50#top http://localhost:7071/api/threads/01J8ZQ4T3M5V6W7X8Y9Z0A1B2C/messages")]
    [InlineData("git log a3f9c1e..b88d972 --stat; ISBN 978-3-16-148410-0; EAN 4006381333931")]
    [InlineData("ticket 101959, build 20260314.12, run 1234567890, order 12345678901")]
    [InlineData("ID0123456789 AB12CD34EF56 X1234567 SKU-12345678-B")]
    public void Ordinary_text_stays(string text) => Redacting.AssertUntouched(text);

    /// <summary>The tutorial in which an agent says personal data, so that the reader sees it taken out.</summary>
    private const string ShowsRedaction = "tutorial-first-thread.md";

    /// <summary>A recogniser that grows greedy shows here; tests are left out, they may hold examples of what is found.</summary>
    [Fact]
    public void Nothing_is_found_in_the_sources_and_documents_of_this_repository()
    {
        var root = Path.GetFullPath(Path.Combine(ThisFile(), "../../../../.."));
        var files = ((string[])["shared", "functions", "docs", "samples"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".md" or ".json" or ".csproj")
            .Where(file => !Built.Any(folder => file.Contains(folder, StringComparison.Ordinal)))
            .Where(file => Path.GetFileName(file) != ShowsRedaction)
            .ToList();
        Assert.True(files.Count > 200);
        Assert.Equal("", string.Join('\n', files
            .Select(
                file => (Name: Path.GetRelativePath(root, file), Redactor.Redact(File.ReadAllText(file), Redacting.Key).Counts))
            .Where(file => file.Counts.Total > 0)
            .Select(file => $"{file.Name}: {file.Counts}")));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
