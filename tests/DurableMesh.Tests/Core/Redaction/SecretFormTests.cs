using DurableMesh.Core.Redaction.Secrets;

namespace DurableMesh.Tests.Core.Redaction;

/// <summary>Every form of the table, with a key made of it; so this file holds none.</summary>
public sealed class SecretFormTests
{
    private const string Made = "Zk3vQ9xT1mB7cR5yW2pL8dN4hJ6gF0sAeUiOzXqVtMbKrYwPnDlHjGfS3a5C7e9R1t2Y4u6I8o0PqWsXzAkL";

    public static TheoryData<string, string> Forms()
    {
        var data = new TheoryData<string, string>();
        foreach (var issuer in SecretIssuer.All)
        {
            foreach (var form in issuer.Forms)
            {
                data.Add(issuer.Name, form);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_key_of_an_issuers_form_is_found_wherever_it_stands(string issuer, string form)
    {
        Assert.NotEmpty(issuer);
        var key = KeyOf(form);
        foreach (var (before, after) in ((string, string)[])
        [
            ("", ""), ("Use ", " for it."), ("`", "`"), ("(\"", "\", 30)"), ("x/", " items"), ("\\n", "\\n"),
            ("value=\"", "\" />"),
        ])
        {
            if (before == "x/" && form.Contains("plain", StringComparison.Ordinal))
            {
                // A slash is a character of the key.
                continue;
            }

            var redacted = Redacting.Text($"{before}{key}{after}");
            Assert.Matches(@"\[(cloud_key|bearer_token):\w{8}\]", redacted);
            Assert.DoesNotContain(key[^Math.Min(10, key.Length / 2)..], redacted, StringComparison.Ordinal);
            Assert.StartsWith(before, redacted, StringComparison.Ordinal);
            Assert.EndsWith(after, redacted, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_issuer_has_a_page_and_a_name()
    {
        Assert.All(
            SecretIssuer.All,
            issuer => Assert.True(issuer.Name.Length > 2 && issuer.Page.Length > 10 && issuer.Forms.Length > 0));
        Assert.Distinct(SecretIssuer.All.SelectMany(issuer => issuer.Forms));
    }

    [Fact]
    public void A_key_has_one_placeholder_whatever_stands_before_it()
    {
        var key = KeyOf("ghp_{alnum:36+}");
        var placeholder = Redacting.Text(key);
        Assert.All(
            (string[])
            [
                $"Bearer {key}", $"Authorization: token {key}", $"GITHUB_TOKEN={key}", $"api_key: \"{key}\"",
                $"https://{key}@example.com/x", $"--token {key}",
            ],
            text => Assert.Contains(placeholder, Redacting.Text(text), StringComparison.Ordinal));
        Assert.Contains(placeholder, Redacting.Json($$"""{"password":"{{key}}"}"""), StringComparison.Ordinal);
    }

    /// <summary>A key: of each run as many characters as it needs, capitals, digits and small letters in turn.</summary>
    private static string KeyOf(string form)
    {
        var key = "";
        for (var rest = form; rest.Length > 0;)
        {
            if (rest[0] != '{')
            {
                var end = rest.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open ? open : rest.Length;
                (key, rest) = (key + rest[..end], rest[end..]);
                continue;
            }

            var close = rest.IndexOf('}', StringComparison.Ordinal);
            var (name, lengths) = rest[1..close].Split(':') is [var first, var second]
                ? (first.TrimEnd('!'), second)
                : throw new FormatException(form);
            var length = int.Parse(lengths.TrimEnd('+').Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
            var characters = name switch
            {
                "digit" => "2718281828459045235",
                "hex" => "9f86d081884c7d659a2feaa0c55ad015",
                "upper" => "ZK3VQ9XT1MB7CR5YW2PL8DN4HJ6GF0S",
                "lower" => "zk3vq9xt1mb7cr5yw2pl8dn4hj6gf0s",
                _ => Made,
            };
            key += string.Concat(
                Enumerable.Range(0, length).Select(index => characters[(index + key.Length) % characters.Length]));
            rest = rest[(close + 1)..];
        }

        return key;
    }
}
