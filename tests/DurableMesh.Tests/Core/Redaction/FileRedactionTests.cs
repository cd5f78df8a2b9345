using System.Text;
using System.Text.RegularExpressions;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Redaction;

namespace DurableMesh.Tests.Core.Redaction;

public sealed class FileRedactionTests
{
    [Theory]
    [InlineData("plain text\r\nola@example.com\r\n", "plain text\r\n[email]\r\n")]
    [InlineData("{\n  \"mail\": \"ola@example.com\"\n}\n", """{"mail":"[email]"}""")]
    [InlineData("""{"log":"a\n4111111111111111\nb"}""", """{"log":"a\n[payment_card]\nb"}""")]
    [InlineData("""{"mail":"ola\u0040example.com"}""", """{"mail":"[email]"}""")]
    [InlineData("{\"n\":1}\n{\"card\":4111111111111111}\r\n{\"n\":3}", "{\"n\":1}\n{\"card\":\"[payment_card]\"}\n{\"n\":3}")]
    [InlineData("INFO\n[\"ola\\u0040example.com\"]\nola@example.com\n", "INFO\n[\"[email]\"]\n[email]\n")]
    [InlineData("{\"broken\n4111111111111111\n", "{\"broken\n[payment_card]\n")]
    [InlineData("\uFEFF{\"mail\":\"ola\\u0040example.com\"}", """{"mail":"[email]"}""")]
    public void A_file_is_redacted_as_what_it_is(string file, string expected)
    {
        var redacted = FileRedaction.Redact(Encoding.UTF8.GetBytes(file), Redacting.Key)!;

        Assert.Equal(expected, Regex.Replace(Encoding.UTF8.GetString(redacted.Content.Span), @":[0-9a-f]{8}\]", "]"));
        Assert.True(redacted.Removed!.Total > 0);
        var again = FileRedaction.Redact(redacted.Content, Redacting.Key)!;
        Assert.Equal(redacted.Content.ToArray(), again.Content.ToArray());
        Assert.Null(again.Removed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"a\" : 1.0 }\n")]
    [InlineData("[section]\r\n{}\n[]\n{x}\n\"")]
    [InlineData("\uFEFFtext")]
    public void A_file_in_which_nothing_is_found_stays_as_it_is_to_the_byte(string file)
    {
        var bytes = Encoding.UTF8.GetBytes(file);

        var redacted = FileRedaction.Redact(bytes, Redacting.Key)!;

        Assert.Equal(bytes, redacted.Content.ToArray());
        Assert.Null(redacted.Removed);
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x41, 0x00 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public void What_is_no_text_is_not_redacted(byte[] file) => Assert.Null(FileRedaction.Redact(file, Redacting.Key));

    [Fact]
    public void Addresses_of_artifacts_are_no_personal_data()
    {
        for (var n = 0; n < 20_000; n++)
        {
            var hash = ContentHash.Hex(BitConverter.GetBytes(n));
            var thread = new Guid(Convert.FromHexString(hash[..32])).ToString("D");
            Redacting.AssertUntouched($"/api/threads/{thread}/artifacts/{hash}");
        }
    }
}
