using System.Text.Json;
using CsCheck;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Redaction;

public sealed class RedactionPropertyTests
{
    /// <summary>
    /// What findings are made of, and what may stand between, in any order: most mixtures are nearly something.
    /// </summary>
    private static readonly string[] Pieces =
    [
        "4111111111111111", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "811228-9874", "131052-308T", "13097248022",
        "536-90-4399", "+47 22 12 34 56", "415-555-2671", "203.0.113.7", "2001:db8::1", "ola@example.com", "password=hunter2",
        "token: ", "secret=", "Bearer ", "a1b2c3d4e5f6a7b8c9d0", "postgres://u:p@db/x", "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----", "phone ", "SSN", "version ",
        "[email:7f3a9c1e]", "[phone:12345678]", "1", "22", "333", "4444", "12345678", "Z", "x", "é", "@", ".", "-", ":", "/", "+",
        "(", ")", "[", "]", " ",
        "\n", ";", "=", "\"", "'", "\\", "_", ",",
    ];

    private static readonly Gen<string> Mixtures = OneOf(Pieces).Array[0, 14].Select(string.Concat);

    private static readonly Gen<string> Texts = Gen.OneOf(Mixtures, Mixtures, Gen.String[Gen.Char[' ', '~'], 0, 80], Gen.String);

    private static readonly Gen<object?> Values = Gen.Recursive<object?>((depth, inner) => depth > 3
        ? Gen.Int.Select(number => (object?)number)
        : Gen.OneOf(
            Mixtures.Select(text => (object?)text),
            Gen.Int.Select(number => (object?)number),
            OneOf<object?>(null, true, 4111111111111111L, 13097248022L),
            inner.Array[0, 4].Select(items => (object?)items),
            Gen.Select(Mixtures, inner).Array[0, 4].Select(members => (object?)members.DistinctBy(member => member.Item1)
                .ToDictionary(member => member.Item1, member => member.Item2))));

    [Fact]
    public void What_was_redacted_once_is_not_redacted_again() => Texts.Sample(
        text =>
        {
            var once = Redactor.Redact(text, Redacting.Key).Text;
            var (twice, counts) = Redactor.Redact(once, Redacting.Key);
            Assert.Equal(once, twice);
            Assert.Equal(RedactionCounts.None, counts);
        },
        iter: 20_000);

    [Theory]
    [InlineData("/-----END PRIVATE KEY-----4111111111111111é536-90-4399password=hunter2")]
    [InlineData("api_key ann@example.org password=hunter2")]
    public void What_stands_in_the_name_of_a_secret_is_found_at_once(string text)
    {
        var once = Redactor.Redact(text, Redacting.Key).Text;
        Assert.Equal((once, RedactionCounts.None), Redactor.Redact(once, Redacting.Key));
        Assert.DoesNotContain("4111111111111111", once, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@example.org", once, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_keeps_its_structure_and_is_not_redacted_again() => Values.Sample(
        value =>
        {
            var body = JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(value, MeshJson.Options));
            var (once, counts) = Redactor.Redact(body, Redacting.Key);
            Assert.Equal(counts.Total == 0, once == body);
            Assert.Equal(once, Redactor.Redact(once, Redacting.Key).Body);
            using var before = JsonDocument.Parse(body.Text);
            using var after = JsonDocument.Parse(once.Text);
            Assert.Equal(Shape(before.RootElement), Shape(after.RootElement));
        },
        iter: 1_000);

    [Fact]
    public void The_count_is_the_number_of_placeholders_that_came() => OneOf(Pieces[..14]).Array[0, 9].Sample(
        parts =>
        {
            var (text, counts) = Redactor.Redact(string.Join(" | ", parts), Redacting.Key);
            Assert.Equal(text.Split('[').Length - 1, counts.Total);
        },
        iter: 2_000);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>Objects by how many members they have (names may change and sort anew), arrays by their items.</summary>
    private static string Shape(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object =>
            "{"
            + string.Join(',', element.EnumerateObject().Select(member => Shape(member.Value)).Order(StringComparer.Ordinal))
            + "}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Shape))}]",
        JsonValueKind.String or JsonValueKind.Number => "scalar",
        var kind => kind.ToString(),
    };
}
