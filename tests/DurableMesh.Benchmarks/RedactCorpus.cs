using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>What is redacted in <see cref="RedactBenchmark"/>.</summary>
internal static class RedactCorpus
{
    private const string Prose =
        """
        The parser drops the last row when the file does not end with a line feed. I have reproduced it with a file of three rows: the
        second call of the reader returns two, and the third row is neither returned nor reported. The cause is that the loop ends at the
        end of the buffer and not at the end of the record. What I suggest: treat the end of the file as the end of a record, keep the
        quotes that stand inside a field, and say in the message which row is wrong. Please look at the criteria again before you answer.

        """;

    private const string Code =
        """
            private static int Count(ReadOnlySpan<byte> line, byte separator)
            {
                var (fields, inQuotes) = (1, false);
                for (var i = 0; i < line.Length; i++)
                {
                    inQuotes ^= line[i] == (byte)'"';
                    fields += !inQuotes && line[i] == separator ? 1 : 0;
                }

                return fields > MaxFields ? throw new FormatException($"Row {row:N0} has {fields} fields; at most 4096 are read.") : fields;
            }

        """;

    private const string Log =
        """
        {"at":"2026-03-14T09:26:53.589Z","level":"info","thread":"01J8ZQ4T3M","sequence":41,"elapsedMs":12.75,"sha256":"9f86d081884c7d659a2feaa0c55ad015"}
        {"at":"2026-03-14T09:26:53.602Z","level":"warn","thread":"01J8ZQ4T3M","sequence":42,"elapsedMs":113.5,"id":"7d444840-9dc0-11d1-b245-5ffdce74fad2"}

        """;

    /// <summary>A name and a piece that is repeated.</summary>
    public static IEnumerable<(string Name, string Unit)> Ordinary() =>
    [
        ("prose", Prose),
        ("code", Code),
        ("log lines", Log),
        ("prose, code and log", Prose + Code + Log),
        ("the same with personal data",
            Prose + Code + Log + "Reported by ola.nordmann@example.com from 203.0.113.7, call +47 22 12 34 56.\n"),
    ];

    /// <summary>A name and what makes the n-th piece.</summary>
    public static IEnumerable<(string Name, Func<int, string> Unit)> HostileTexts() =>
    [
        ("digits", Same("1234567890")),
        ("digits and blanks", Same("1 ")),
        ("digits in words", Same("1a")),
        ("digits and names", Same("1pass")),
        ("pairs of digits", Same("11 22 ")),
        ("groups of four digits", Same("4111 ")),
        ("groups with hyphens", Same("4111-1111-")),
        ("phone and digits", Same("phone 1 2 3 4 5 6 ")),
        ("(555) (555)", Same("(555) ")),
        ("+1 +1", Same("+1 ")),
        ("parts of IPv4", Same("1.2.3.")),
        ("parts of IPv6", Same("2001:db8:")),
        ("colons", Same(":")),
        ("://", Same("://")),
        ("://a:b", Same("://a:b")),
        ("@", Same("@")),
        ("a@a@", Same("a@")),
        ("a.a.a.", Same("a.a.a.")),
        ("a.a.a.@", Same("a.a.a.@")),
        ("64 letters and @", Same(new string('a', 64) + "@")),
        ("Bearer Bearer", Same("Bearer ")),
        ("Authorization: Bearer", Same("Authorization: Bearer ")),
        ("eyJeyJ", Same("eyJ")),
        ("eyJ.eyJ.", Same("eyJ.")),
        ("sk-sk-", Same("sk-")),
        ("ghp_ ghp_", Same("ghp_ ")),
        ("unterminated PEM", Same("-----BEGIN RSA PRIVATE KEY-----\n")),
        ("PEM without an end", Pem),
        ("PEM with lines, unterminated",
            Same("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n")),
        ("password=", Same("password=")),
        ("passwordpassword", Same("password")),
        ("token token", Same("token ")),
        ("secret: \"", Same("secret: \"")),
        ("IBAN without an end", Same("DE89 3704 0044 ")),
        ("cpr in a word, and numbers", Same("xcprx 0102031234 ")),
        ("placeholders", Same("[email:7f3a9c1e]")),
        ("IPv4 addresses, all different", number => string.Create(CultureInfo.InvariantCulture,
            $"{11 + number / 65025 % 200}.{number / 255 % 255}.{number % 255}.9 ")),
        ("e-mail addresses, different", number => string.Create(CultureInfo.InvariantCulture, $"{number:x}@b.cc ")),
        ("passwords, all different", number => string.Create(CultureInfo.InvariantCulture, $"pwd={number:x}; ")),
        ("passwords, all the same", Same("pwd=x;")),
        ("cards, all the same", Same("4111111111111111 ")),
        ("letters beyond ASCII", Same("Ærøskøbing@ 12 ")),
    ];

    /// <summary>A name and a JSON value of about the size.</summary>
    public static IEnumerable<(string Name, string Json)> HostileJson(int size) =>
    [
        ("JSON: nested arrays", Array(size, new string('[', 60) + new string(']', 60))),
        ("JSON: nested objects", Array(size, string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60))),
        ("JSON: small strings", Array(size, "\"\"")),
        ("JSON: small numbers", Array(size, "1")),
        ("JSON: small objects", Array(size, "{\"a\":1}")),
        ("JSON: escapes", Array(size, "\"\\n\\n\\n\\n\\n\\n\\n\\n\"")),
        ("JSON: names all different",
            $"{{{string.Join(',', Enumerable.Range(0, size / 14).Select(number => $"\"n{number:x6}\":\"\""))}}}"),
        ("JSON: names of one person", Names(size)),
        ("JSON: e-mail addresses", Array(Enumerable.Range(0, size / 15).Select(number => $"\"{number:x6}@b.cc\""))),
    ];

    private static Func<int, string> Same(string unit) => _ => unit;

    private static string Pem(int number) =>
        number == 0 ? "-----BEGIN PRIVATE KEY-----\n" : "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n";

    private static string Array(int size, string element) => Array(Enumerable.Repeat(element, size / (element.Length + 1)));

    private static string Array(IEnumerable<string> elements) => $"[{string.Join(',', elements)}]";

    /// <summary>One address in many spellings, each a name of the same object.</summary>
    private static string Names(int size) => $"{{{string.Join(',', Enumerable.Range(0, size / 27).Select(number =>
        $"\"{string.Concat(Enumerable.Range(0, 16).Select(bit => (number >> bit & 1) == 0 ? 'a' : 'A'))}@b.cc\":1"))}}}";
}
