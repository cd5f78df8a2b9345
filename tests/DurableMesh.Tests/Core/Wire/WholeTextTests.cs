using System.Text;
using CsCheck;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Wire;

/// <summary>A text that is too long is shortened between two characters, wherever it is shortened.</summary>
public sealed class WholeTextTests
{
    private const string Rocket = "\U0001F680";

    [Theory]
    [InlineData("", 0, "")]
    [InlineData("abc", 3, "abc")]
    [InlineData("abc", 2, "ab")]
    [InlineData("abc", 0, "")]
    [InlineData(Rocket, 2, Rocket)]
    [InlineData(Rocket, 1, "")]
    [InlineData(Rocket, 0, "")]
    [InlineData("a" + Rocket, 2, "a")]
    [InlineData("a" + Rocket + "b", 3, "a" + Rocket)]
    [InlineData(Rocket + Rocket, 3, Rocket)]
    [InlineData(Rocket + Rocket, 2, Rocket)]
    public void No_character_is_cut_in_two(string text, int most, string expected)
    {
        Assert.Equal(expected, WholeText.Cut(text, most));
        Assert.Equal(text.Length <= most ? text : expected + "…", WholeText.Shorten(text, most));
    }

    [Fact]
    public void Whatever_the_text_is_its_beginning_is_as_long_as_it_can_be_and_well_formed() =>
        Gen.Select(Gen.OneOf(Gen.Const("a"), Gen.Const("é"), Gen.Const("漢"), Gen.Const(Rocket)).Array[0, 20], Gen.Int[0, 30])
            .Sample((characters, most) =>
            {
                var text = string.Concat(characters);
                var cut = WholeText.Cut(text, most);
                return text.StartsWith(cut, StringComparison.Ordinal)
                    && cut.Length <= most
                    && cut.Length >= Math.Min(most - 1, text.Length)
                    && IsWellFormed(cut);
            });

    [Theory]
    [InlineData(998)]
    [InlineData(999)]
    [InlineData(1000)]
    public void The_detail_of_an_end_is_shortened_between_two_characters(int before)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Decide(new CancelRequested("a person", new string('x', before) + Rocket + Rocket));

        Assert.StartsWith(new string('x', before), dialogue.State.Detail, StringComparison.Ordinal);
        Assert.True(IsWellFormed(dialogue.State.Detail!));
        var evidence = EvidenceFile.Of([.. dialogue.Decisions.SelectMany(one => one.Entries)]);
        Assert.True(EvidenceVerifier.Verify(evidence.ToUtf8()).Holds);
    }

    [Theory]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    public void What_a_request_has_wrong_is_shown_between_two_characters(int before)
    {
        var name = new string('x', before) + Rocket + Rocket;

        var errors = RequestReader.ReadCancel(Encoding.UTF8.GetBytes($$"""{"why":"y","{{name}}":1}""")).Errors;

        Assert.True(IsWellFormed(Assert.Single(errors).Path));
    }

    [Theory]
    [InlineData(598)]
    [InlineData(599)]
    [InlineData(600)]
    public void A_long_body_is_shown_between_two_characters(int before)
    {
        var text = MessageWords.Of(ViewOf(new string('x', before) + Rocket + Rocket));

        Assert.StartsWith(new string('x', before), text, StringComparison.Ordinal);
        Assert.EndsWith($" … ({before + 4} characters)", text, StringComparison.Ordinal);
        Assert.True(IsWellFormed(text));
    }

    [Theory]
    [InlineData(198)]
    [InlineData(199)]
    [InlineData(200)]
    public void What_evidence_has_wrong_is_shown_between_two_characters(int before) =>
        Assert.True(IsWellFormed(JsonDifference.Shorten(new string('x', before) + Rocket + Rocket)));

    private static MessageView ViewOf(string body) => new()
    {
        ThreadId = "t-1",
        Sequence = 2,
        MessageId = "m-1",
        From = Dialogue.Builder,
        To = Dialogue.Verifier,
        Kind = MessageKind.Submission,
        Body = JsonText.OfString(body),
        SentAt = Dialogue.Start,
        AcceptedAt = Dialogue.Start,
    };

    private static bool IsWellFormed(string text) => !text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar);
}
