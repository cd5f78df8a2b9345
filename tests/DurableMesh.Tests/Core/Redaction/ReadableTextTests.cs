using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Core.Redaction;

namespace DurableMesh.Tests.Core.Redaction;

/// <summary>What is written otherwise is found as what it reads, and cut out as it was written.</summary>
public sealed class ReadableTextTests
{
    private static readonly string[] Values =
    [
        "kari.hansen@example.com", "4111111111111111", "NO9386011117947", "+47 22 12 34 56", "13097248022", "203.0.113.7",
        "ghp_" + "aZ3kQ9xT1mB7cR5yW2pL8dN4hJ6gF0sUeViO",
    ];

    private static readonly (string Before, string After)[] Escapes =
    [
        (@"\n", @"\n"), (@"\t", @"\t"), (@"\r\n", @"\r\n"), (@"\""", @"\"""), (@"\/", @"\/"), (@"\u003c", @"\u003e"),
        (@"\u0027", @"\u0027"), (@"\u00a0", @"\u00a0"), (@"\\n", @"\\n"), (@"\\\""", @"\\\"""), (@"\\u003c", @"\\u003e"),
        (@"\\\\n", @"\\\\n"), (@"\x3c", @"\x3e"), ("\u001b[31m", "\u001b[0m"), ("\u001b[1;31m", "\u001b[m"),
        (@"\u001b[36m", @"\u001b[0m"), (@"\x1b[36m", @"\x1b[0m"), (@"\e[36m", @"\e[0m"), (@"\033[36m", @"\033[0m"),
        ("&lt;", "&gt;"), ("&quot;", "&quot;"), ("&#60;", "&#62;"), ("&#x3c;", "&nbsp;"),
        ("%20", "%20"), ("%22", "%22"), (" \u200b", "\u200b "), (" \u00ad", "\u00ad "), (" \ufeff", "\u2060 "),
        ("\u00a0", "\u3000"), ("＝", "；"),
    ];

    public static TheoryData<string, string, string> Written()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var value in Values)
        {
            foreach (var (before, after) in Escapes)
            {
                data.Add(before, value, after);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void A_value_behind_an_escape_is_found_and_the_escape_stays(string before, string value, string after)
    {
        var redacted = Redacting.Text($"the log{before}{value}{after}goes on");
        Assert.Matches($@"^the log{Regex.Escape(before)}\[\w+:\w{{8}}\]{Regex.Escape(after)}goes on$", redacted);
        Assert.Equal(redacted, Redacting.Text(redacted));
    }

    [Theory]
    [InlineData("kari.hansen\u200b@example.com", "email")]
    [InlineData("kari.hansen\u00ad@exam\u2060ple.com", "email")]
    [InlineData("kari.hansen%40example.com", "email")]
    [InlineData(@"kari.hansen\u0040example.com", "email")]
    [InlineData(@"kari.hansen\x40example.com", "email")]
    [InlineData("kari.hansen&commat;example.com", "email")]
    [InlineData("kari&#46;hansen&#64;example&#46;com", "email")]
    [InlineData("４１１１１１１１１１１１１１１１", "payment_card")]
    [InlineData("41111111\u200d11111111", "payment_card")]
    [InlineData("ＮＯ９３８６０１１１１７９４７", "iban")]
    [InlineData("+٤٧ ٢٢ ١٢ ٣٤ ٥٦", "phone")]
    [InlineData("+47&nbsp;22&nbsp;12&nbsp;34&nbsp;56", "phone")]
    [InlineData(@"\u002b47\u002022\u002012\u002034\u002056", "phone")]
    [InlineData("13097\ufeff248022", "national_id")]
    [InlineData("１３０９７２４８０２２", "national_id")]
    [InlineData("203.0\u2060.113.7", "ip_address")]
    [InlineData("２０３.０.１１３.７", "ip_address")]
    [InlineData("203&#46;0&#46;113&#46;7", "ip_address")]
    public void A_value_that_is_written_otherwise_is_found_whole(string value, string kind) =>
        Assert.Matches($@"^see \[{kind}:\w{{8}}\] here$", Redacting.Text($"see {value} here"));

    [Theory]
    [InlineData("C:\\new\\table\\4.txt, \\d+\\.\\d+, 100%25 of &amp; and \\u0041")]
    [InlineData("50%20off \u001b[32mok\u001b[0m \u001b]8;;https://example.com\u0007link\u001b]8;;\u0007 \\\\server\\share")]
    [InlineData("\\ \\\\ \\u12 \\x & &# &#; %4 %zz \u001b \u009b &nosuch;")]
    public void Text_in_which_nothing_is_found_stays_as_it_was_written(string text) => Redacting.AssertUntouched(text);

    public static TheoryData<string, string> Nested()
    {
        var data = new TheoryData<string, string>();
        foreach (var value in (string[])[.. Values, "DB_PASSWORD=Tundra44x!Velvet"])
        {
            foreach (var between in (string[])
                ["\n", "\t", "\r\n", "\\", "/", "\u001b[31m", "\"", "<", "'", "\u00a0", "\b", "\f", "\u0001", "æ", " "])
            {
                data.Add(value, between);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Nested))]
    public void Json_in_json_is_json_still(string value, string between)
    {
        var inner = JsonSerializer.Serialize(new { text = $"the log{between}{value}{between}goes on", n = 1 });
        foreach (var body in (string[])[inner, JsonSerializer.Serialize(new { a = inner, password = "" })])
        {
            var outer = Redacting.Json(JsonSerializer.Serialize(new { body, log = $"got {body} from it" }));
            using var document = JsonDocument.Parse(outer);
            var text = document.RootElement.GetProperty("body").GetString()!;
            Assert.DoesNotContain(value, outer.Replace("\\/", "/", StringComparison.Ordinal), StringComparison.Ordinal);
            using var again = JsonDocument.Parse(text);
            var log = document.RootElement.GetProperty("log").GetString()!;
            using var embedded = JsonDocument.Parse(log["got ".Length..^" from it".Length]);
        }
    }
}
