using System.Text;
using System.Text.Json;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

public sealed class HiddenCharactersTests
{
    public static TheoryData<string> Hidden { get; } =
    [
        "\u001b", "\u0007", "\u0000", "\r", "\u007f", "\u0085", "\u009b", "\u009d", // C0, DEL, C1
        "\u200e", "\u200f", "\u061c", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
        "\u200b", "\u2060", "\ufeff", "\u00ad", "\u2028", "\u2029", "\U000E0041", "\u200d", "\u200c",
    ];

    [Theory]
    [MemberData(nameof(Hidden))]
    public void What_steers_or_hides_is_found_masked_and_escaped(string hidden)
    {
        var text = $"a{hidden}b";

        Assert.Equal(1, HiddenCharacters.IndexIn(text));
        Assert.Equal("a·b", HiddenCharacters.Mask(text));
        var json = $"{{\"a\":\"{text}\"}}";
        var escaped = HiddenCharacters.EscapeJson(json);
        if (hidden[0] >= ' ')
        {
            Assert.Equal(text, JsonDocument.Parse(escaped).RootElement.GetProperty("a").GetString());
            Assert.Equal(-1, HiddenCharacters.IndexIn(escaped));
        }
    }

    [Theory]
    [InlineData("plain text, with “quotes” — and 日本語, ÆØÅ, مرحبا, हिन्दी")]
    [InlineData("a family 👨‍👩‍👧 and ❤️‍🔥")]
    [InlineData("می‌خواهم")]
    public void What_people_write_stays_as_it_is(string text)
    {
        Assert.Equal(-1, HiddenCharacters.IndexIn(text));
        Assert.Same(text, HiddenCharacters.Mask(text));
        Assert.Same(text, HiddenCharacters.EscapeJson(text));
    }

    [Fact]
    public void Lines_and_tabs_are_kept_where_there_may_be_several_lines()
    {
        Assert.Equal(1, HiddenCharacters.IndexIn("a\nb"));
        Assert.Equal(-1, HiddenCharacters.IndexIn("a\nb\tc", severalLines: true));
        Assert.Equal("a\nb\tc·", HiddenCharacters.Mask("a\r\nb\tc\r"));
    }

    [Theory]
    [InlineData("subject")]
    [InlineData("initiator")]
    [InlineData("mcTask")]
    [InlineData("id")]
    [InlineData("title")]
    public void A_line_that_turns_text_around_is_refused_and_the_character_named(string field)
    {
        foreach (var (hidden, name) in (ValueTuple<string, string>[])
            [("\u202e", "U+202E"), ("\u200b", "U+200B"), ("\U000E0041", "U+E0041")])
        {
            var values = new Dictionary<string, string>
            {
                ["subject"] = "s",
                ["initiator"] = "a",
                ["mcTask"] = "1",
                ["id"] = "AC-1",
                ["title"] = "t",
                [field] = $"x{hidden}y",
            };
            var read = RequestReader.ReadStartThread(Utf8($$"""
                {"pattern":"builder-verifier","mcTask":"{{values["mcTask"]}}","initiator":"{{values["initiator"]}}","responder":"b",
                 "brief":{"subject":"{{values["subject"]}}","acceptance":[{"id":"{{values["id"]}}","title":"{{values["title"]}}"}] } }
                """));

            var error = Assert.Single(read.Errors);
            Assert.EndsWith(field, error.Path, StringComparison.Ordinal);
            Assert.Equal(InputError.ControlCharacter, error.Code);
            Assert.Equal($"Character 2 is the invisible character {name}; leave it out.", error.Message);
        }
    }

    [Fact]
    public void A_reason_may_have_lines_and_nothing_that_hides()
    {
        Assert.Empty(RequestReader.ReadCancel(Utf8("""{"by":"ann","why":"one\ntwo\tthree"}""")).Errors);
        foreach (var hidden in (string[])["\\u001b]0;x\\u0007", "\\u202e", "\\u009b2J", "\\r"])
        {
            var why = $"\"why\":\"no {hidden} more\"";
            Assert.Equal("why", Assert.Single(RequestReader.ReadCancel(Utf8($$"""{"by":"ann",{{why}}}""")).Errors).Path);
            Assert.Equal(
                "why",
                Assert.Single(RequestReader.ReadDecision(Utf8($$"""{"by":"ann","decision":"deny",{{why}}}""")).Errors).Path);
            Assert.Equal(
                "why", Assert.Single(TaskReader.ReadPatch(Utf8($$"""{"by":"ann","state":"open",{{why}}}""")).Errors).Path);
        }
    }

    [Theory]
    [InlineData("patch\u202e.diff")]
    [InlineData("patch\u200b.diff")]
    [InlineData("a/b")]
    public void A_name_of_a_file_hides_nothing(string name) => Assert.False(ArtifactRules.IsName(name));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
