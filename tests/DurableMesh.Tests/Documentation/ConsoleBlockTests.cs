using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.Documentation;

/// <summary>
/// What README and docs have a reader type is typed, and prints what they say. Three kinds of pages, so that they run side by side.
/// </summary>
public sealed class TutorialBlockTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    public static TheoryData<string> Pages { get; } = ConsolePages.Where(ConsolePages.IsTutorial);

    [Theory]
    [MemberData(nameof(Pages))]
    public Task Every_console_block_prints_what_the_page_shows(string page) => ConsolePages.TypeAsync(page, azurite);
}

/// <inheritdoc cref="TutorialBlockTests"/>
public sealed class ReferenceBlockTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    public static TheoryData<string> Pages { get; } = ConsolePages.Where(ConsolePages.IsReference);

    [Theory]
    [MemberData(nameof(Pages))]
    public Task Every_console_block_prints_what_the_page_shows(string page) => ConsolePages.TypeAsync(page, azurite);
}

/// <inheritdoc cref="TutorialBlockTests"/>
public sealed class HowToBlockTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    public static TheoryData<string> Pages { get; } =
        ConsolePages.Where(page => !ConsolePages.IsTutorial(page) && !ConsolePages.IsReference(page));

    [Theory]
    [MemberData(nameof(Pages))]
    public Task Every_console_block_prints_what_the_page_shows(string page) => ConsolePages.TypeAsync(page, azurite);
}

/// <summary>The pages that have blocks to type, by their kind.</summary>
internal static class ConsolePages
{
    private static readonly string[] Reference =
        ["http-api", "cli", "policy", "evidence", "events", "adapters", "surfaces", "workflows", "concepts"];

    public static bool IsTutorial(string page) =>
        page.Contains("tutorial", StringComparison.Ordinal) || page.EndsWith("README.md", StringComparison.Ordinal);

    public static bool IsReference(string page) => Reference.Contains(Path.GetFileNameWithoutExtension(page));

    public static TheoryData<string> Where(Func<string, bool> kind) =>
        [.. DocumentationPage.All.Where(page => ConsoleScript.Of(page).Steps.Count > 0).Select(page => page.Name).Where(kind)];

    public static async Task TypeAsync(string page, AzuriteFixture azurite)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages are typed into bash.");
        var script = ConsoleScript.Of(DocumentationPage.Read(page));
        var name = string.Concat(Path.GetFileNameWithoutExtension(page).ToLowerInvariant().Where(char.IsAsciiLetterOrDigit));
        var onPath = !script.Steps.Any(step => step.Command.Contains("./mesh", StringComparison.Ordinal));
        await using var shell = ConsoleShell.Open(name, azurite.Azurite.ConnectionString, onPath);
        var wrong = new List<string>();
        foreach (var step in script.Steps.TakeWhile(_ => !shell.IsStuck))
        {
            if (await shell.TypeAsync(step, TestContext.Current.CancellationToken) is { } difference)
            {
                wrong.Add($"{page}, {difference}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}

/// <summary>Which blocks are left out, and what counts as a difference.</summary>
public sealed class ConsoleBlockTests
{
    [Fact]
    public void A_block_that_is_not_run_says_why()
    {
        var leftOut = DocumentationPage.All
            .SelectMany(page => ConsoleScript.Of(page).LeftOut.Select(block => (page.Name, block.Line, block.Reason)))
            .ToArray();
        foreach (var (page, line, reason) in leftOut)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{page}:{line} is not run: {reason}");
        }

        Assert.All(leftOut, block => Assert.NotEqual("", block.Reason));
        // Each is one that nobody would notice if it became wrong.
        Assert.InRange(leftOut.Length, 0, 16);
    }

    [Theory]
    [InlineData("accepted as message 4", "accepted as message 4\n", null)]
    [InlineData("accepted as message 4", "accepted as message 5\n", "message 4")]
    [InlineData("thread 0e83c1f2-… is open", "thread 1414b4f5-31bd-81c8-9124-97ae5f4ab5aa is open", null)]
    [InlineData("PASS verified … 6.77 s", "PASS verified  1 round · 12 ms", null)]
    [InlineData("PASS verified …", "BLOCKED cancelled", "PASS verified")]
    [InlineData("one", "one two", "two")]
    [InlineData("… two", "one two three", "two")]
    [InlineData("costs $0.03", "costs $0.04", "$0.03")]
    public void Ids_times_and_what_is_left_out_are_no_difference_and_all_else_is(string page, string printed, string? difference)
    {
        var found = ConsoleOutput.Difference([page], printed);

        if (difference is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(difference, found, StringComparison.Ordinal);
        }
    }
}
