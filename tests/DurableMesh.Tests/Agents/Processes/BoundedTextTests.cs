using CsCheck;
using DurableMesh.Agents.Processes;

namespace DurableMesh.Tests.Agents.Processes;

public sealed class BoundedTextTests
{
    private static readonly string[] Pieces = ["a", "\U0001F680", "\n", "é"];

    [Theory]
    [InlineData(3, 3, "abcdef", "abcdef")]
    [InlineData(3, 3, "abcdefg", "abc\n[… 1 characters left out …]\nefg")]
    [InlineData(0, 3, "abcdefg", "[… 4 characters left out …]\nefg")]
    [InlineData(3, 0, "abcd", "abc\n[… 1 characters left out …]\n")]
    public void Head_and_tail_are_kept(int head, int tail, string text, string expected) =>
        Assert.Equal(expected, Gather(head, tail, text));

    [Fact]
    public void An_emoji_at_either_edge_stays_whole_or_goes()
    {
        const string Rocket = "\U0001F680";

        Assert.Equal("ab\n[… 4 characters left out …]\nyz", Gather(3, 3, $"ab{Rocket}{Rocket}yz"));
    }

    [Fact]
    public void Whatever_comes_in_whatever_pieces_no_character_is_ever_halved() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 9], Gen.Int[0, 3].Select(index => Pieces[index]).Array[0, 40])
            .Sample((head, tail, pieces) =>
            {
                var text = Gather(head, tail, pieces);
                return !text.Contains('\uFFFD', StringComparison.Ordinal)
                    && text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar)
                    && text.Length <= head + tail + 50;
            });

    [Fact]
    public void Lines_are_split_across_pieces_and_the_last_one_needs_no_end()
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);

        foreach (var piece in new[] { "on", "e\r\ntw", "o\n\nthr", "ee" })
        {
            splitter.Append(piece);
        }

        splitter.End();
        Assert.Equal(["one", "two", "", "three"], lines);
    }

    [Fact]
    public void A_line_without_end_is_cut()
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);

        splitter.Append(new string('x', BoundedText.Limit - 1));
        splitter.Append("\U0001F680 more");
        splitter.Append(new string('y', 100));
        splitter.End();

        Assert.Equal(BoundedText.Limit - 1, Assert.Single(lines).TrimEnd('y', ' ').Length);
    }

    private static string Gather(int head, int tail, params string[] pieces)
    {
        var text = new BoundedText(head, tail);
        foreach (var piece in pieces)
        {
            text.Append(piece);
        }

        return text.ToString();
    }
}
