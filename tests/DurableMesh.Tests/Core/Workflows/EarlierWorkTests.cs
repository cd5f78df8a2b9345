using System.Text;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.Core.Workflows;

/// <summary>How much of what was tried before goes into a brief.</summary>
public sealed class EarlierWorkTests
{
    [Fact]
    public void Small_tries_are_there_whole_the_oldest_first()
    {
        var works = EarlierWork.Of([Try(1, "one"), Try(2, "two")]);

        Assert.Equal([1, 2], works.Select(work => work.Attempt));
        Assert.Equal(["one", "two"], works.Select(work => work.Submitted!.ToDisplayText()));
        Assert.All(works, work => Assert.Null(work.Cut));
        Assert.All(works, work => Assert.Equal("AC-1", Assert.Single(work.Failed).Id));
    }

    [Fact]
    public void The_newest_goes_first_and_the_oldest_is_cut_and_says_so()
    {
        var works = EarlierWork.Of([Try(1, new string('a', 150_000)), Try(2, new string('b', 150_000))]);

        Assert.Equal(150_000, works[1].Submitted!.ToDisplayText().Length);
        Assert.Null(works[1].Cut);
        Assert.InRange(works[0].Submitted!.ToDisplayText().Length, 1, 50_000);
        Assert.Contains("t-1", works[0].Cut, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("é")]
    [InlineData("€")]
    [InlineData("😀")]
    public void No_character_is_cut_in_two(string character)
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('x', shift) + string.Concat(Enumerable.Repeat(character, 120_000));
            var cut = Assert.Single(EarlierWork.Of([Try(1, text)])).Submitted!.ToDisplayText();
            Assert.StartsWith(cut, text, StringComparison.Ordinal);
            Assert.Equal(cut, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)));
            Assert.InRange(Encoding.UTF8.GetByteCount(cut), 1, EarlierWork.MostBytes);
        }
    }

    [Fact]
    public void All_of_ten_tries_full_of_checks_stay_within_the_bound()
    {
        var many = Enumerable.Range(0, 300).Select(n => Failed($"C-{n}", new string('d', 200))).ToList();
        var works = EarlierWork.Of(
            [.. Enumerable.Range(1, 9).Select(n => Try(n, new string('w', 30_000)) with { Failed = many })]);

        Assert.InRange(works.Sum(work => work.Failed.Sum(check => check.Detail!.Length)
            + (work.Submitted?.Size ?? 0)), 100_000, EarlierWork.MostBytes);
        Assert.Equal(300, works[^1].Failed.Count);
        Assert.NotNull(works[0].Cut);
    }

    [Fact]
    public void Work_that_is_no_text_is_kept_as_it_is()
    {
        var work = JsonText.Parse("""{"patch":["a","b"]}"""u8);
        Assert.Equal(work, Assert.Single(EarlierWork.Of([Try(1, "") with { Submitted = work }])).Submitted);
    }

    [Fact]
    public void The_last_word_on_a_check_counts_and_what_passed_is_left_out()
    {
        var tried = TriedWork.Of(
        [
            Said(MessageKind.Submission, "old", []),
            Said(MessageKind.Finding, null, [Failed("AC-9", "gone")]),
            Said(MessageKind.Submission, "new", []),
            Said(MessageKind.Finding, null, [Failed("AC-1", "early"), Failed("AC-2", "broke")]),
            Said(MessageKind.Verdict, "no", [Failed("AC-1", "late"), new Check { Id = "AC-3", Status = CheckStatus.Pass }]),
        ]);

        Assert.Equal("new", tried.Submission!.Body!.Inline!.ToDisplayText());
        Assert.Equal("no", tried.Verdict!.Body!.Inline!.ToDisplayText());
        Assert.Equal([("AC-2", "broke"), ("AC-1", "late")], tried.Failed.Select(check => (check.Id, check.Detail)));
    }

    private static EarlierParts Try(int attempt, string work) => new(
        new EarlierTry(attempt, $"t-{attempt}", EndState.Blocked, EndReason.MaxTurns, "sha256:x", null, ["AC-1"], []),
        JsonText.OfString(work),
        Verdict: null,
        [Failed("AC-1", "it broke")]);

    private static Check Failed(string id, string detail) => new() { Id = id, Status = CheckStatus.Fail, Detail = detail };

    private static Message Said(MessageKind kind, string? words, IReadOnlyList<Check> checks) => new()
    {
        Sequence = 2,
        MessageId = "m",
        From = "a",
        To = "b",
        Kind = kind,
        Body = words is null ? null : MessageBody.Of(JsonText.OfString(words)),
        Checks = checks,
        SentAt = SampleWorkflow.Noon,
        ContentHash = "x",
    };
}
