using System.Text;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.ReadModel;

namespace DurableMesh.Tests.Functions.ReadModel;

public sealed class MessageTextTests
{
    [Fact]
    public void The_texts_and_numbers_of_a_body_and_what_checks_say_are_words()
    {
        var body = JsonText.Parse("""{"summary":"Row 7 is lost","rows":[7,8.5],"deep":{"why":"a quote"},"ok":true}"""u8);

        var text = MessageText.Of(MessageOf(body, new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "seen" }), null);

        Assert.Equal("a quote\n7\n8.5\nRow 7 is lost\nAC-1\nseen", text);
    }

    [Fact]
    public void Control_characters_are_no_words_so_that_none_can_mark_what_was_found()
    {
        var text = MessageText.Of(MessageOf(JsonText.OfString("a\u0001b\u0002c\tline\nnext")), null);

        Assert.Equal("a b c line\nnext", text);
    }

    [Theory]
    [InlineData("\"plain text")]
    [InlineData("{\"text\":\"plain text")]
    [InlineData("[1,\"plain text\\u00")]
    [InlineData("[\"plain text\\")]
    [InlineData("[\"plain text\\ud83d\\ude")]
    public void Of_a_body_that_was_cut_the_beginning_is_there(string beginning)
    {
        var text = MessageText.Of(LargeMessage(), Encoding.UTF8.GetBytes(beginning));

        Assert.Contains("plain text", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_that_was_cut_within_a_letter_is_there_without_it()
    {
        var bytes = Encoding.UTF8.GetBytes("\"plain text é");

        Assert.Equal("plain text ", MessageText.Of(LargeMessage(), bytes.AsMemory(..^1)));
    }

    [Fact]
    public void Of_a_long_text_the_beginning_is_looked_through()
    {
        var text = MessageText.Of(LargeMessage(), JsonText.OfString(new string('a', 40_000)).ToUtf8().AsMemory(0, 30_000));

        Assert.Equal(MessageText.MaxLength, text.Length);
    }

    [Fact]
    public void What_is_no_JSON_has_no_words() => Assert.Equal("", MessageText.Of(LargeMessage(), "}{"u8.ToArray()));

    private static Message LargeMessage() => MessageOf(JsonText.OfString(new string('x', 2 * MessageBody.MaxInlineBytes)));

    private static Message MessageOf(JsonText body, params Check[] checks) => new()
    {
        Sequence = 2,
        MessageId = "m-1",
        From = SampleThread.Verifier,
        To = SampleThread.Builder,
        Kind = MessageKind.Verdict,
        Body = MessageBody.Of(body),
        Checks = checks,
        SentAt = SampleThread.Noon,
        ContentHash = "",
    };
}
