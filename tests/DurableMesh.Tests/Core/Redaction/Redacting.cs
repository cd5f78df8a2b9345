using System.Text;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Redaction;

/// <summary>Redaction with one key, and what the tests say of it.</summary>
internal static class Redacting
{
    public static PseudonymKey Key { get; } = PseudonymKey.Of("the server's secret", "thread-1");

    public static string Text(string text) => Redactor.Redact(text, Key).Text;

    public static string Json(string json) => Redactor.Redact(JsonText.Parse(Encoding.UTF8.GetBytes(json)), Key).Body.Text;

    /// <summary>
    /// Asserts that one value of a kind is found, whatever stands around it, and nothing of the surroundings is lost.
    /// </summary>
    public static void AssertFound(string kind, string value, string before = "", string after = "")
    {
        foreach (var (left, right) in Surroundings)
        {
            var (text, counts) = Redactor.Redact($"{before}{left}{value}{right}{after}", Key);
            var start = before.Length + left.Length;
            var end = text.Length - right.Length - after.Length;
            Assert.Matches($@"^\[{kind}:[0-9a-f]{{8}}\]$", text[start..end]);
            Assert.Equal($"{before}{left}", text[..start]);
            Assert.Equal($"{right}{after}", text[end..]);
            Assert.Equal($$"""{"{{kind}}":1}""", counts.ToString());
        }
    }

    public static void AssertUntouched(string text)
    {
        Assert.Equal(text, Text(text));
        var json = JsonText.OfString(text);
        Assert.Same(json, Redactor.Redact(json, Key).Body);
    }

    private static readonly (string Left, string Right)[] Surroundings =
    [
        ("", ""), (" ", " "), ("(", ")"), ("\"", "\""), ("'", "'"), ("<", ">"), ("[", "]"), ("{", "}"), ("\n", "\n"),
        ("\t", "\r\n"), ("; ", ";"),
        (", ", ", "), ("= ", "!"), ("it is ", "."), ("was ", "?"), ("“", "”"), ("«", "»"), ("|", "|"), ("见", "。"), ("> ", " <"),
        ("* ", " *"),
    ];
}
