using System.Text;
using System.Text.Json;
using CsCheck;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Tests.Core.Evidence;

public sealed class CanonicalJsonTests
{
    private static readonly string[] Literals = ["true", "false", "null", "1.50", "2E3"];

    /// <summary>RFC 8785, section 3.2.2: input and output of the serialisation example.</summary>
    [Fact]
    public void The_example_of_the_rfc_comes_out_as_in_the_rfc() => Assert.Equal(
        """
        {"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],
        "string":"€$\u000f\nA'B\"\\\\\"/"}
        """.Replace("\n", "", StringComparison.Ordinal),
        Canonical(
            """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """));

    /// <summary>RFC 8785, section 3.2.3: members are sorted by UTF-16 code units.</summary>
    [Fact]
    public void Members_are_sorted_by_utf_16_code_units()
    {
        var canonical = Canonical(
            """
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """);
        using var document = JsonDocument.Parse(canonical);
        Assert.Equal(
            ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
             "Hebrew Letter Dalet With Dagesh"],
            document.RootElement.EnumerateObject().Select(member => member.Value.GetString()));
    }

    /// <summary>RFC 8785, appendix B: IEEE 754 bit patterns and their texts.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_come_out_as_in_appendix_b(ulong bits, string text)
    {
        Assert.Equal(text, CanonicalNumber.Format(BitConverter.UInt64BitsToDouble(bits)));
        Assert.Equal(text, Canonical(text));
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("0e99999999999999999999", "0")]
    [InlineData("100", "100")]
    [InlineData("1e2", "100")]
    [InlineData("0.10", "0.1")]
    [InlineData("-12.50", "-12.5")]
    [InlineData("0.1000000000000000055511151231257827", "0.1")]
    [InlineData("9007199254740994", "9007199254740994")]
    [InlineData("123456789012345", "123456789012345")]
    [InlineData("1234567890123456", "1234567890123456")]
    [InlineData("{ }", "{}")]
    [InlineData("[ ]", "[]")]
    [InlineData("{\"b\":{\"d\":1,\"c\":[{\"z\":1,\"y\":2}]},\"a\":{}}", "{\"a\":{},\"b\":{\"c\":[{\"y\":2,\"z\":1}],\"d\":1}}")]
    [InlineData("\"\\u003c\\/\\u00e9\\u007f\"", "\"</é\u007f\"")]
    public void A_value_has_one_form(string json, string canonical) => Assert.Equal(canonical, Canonical(json));

    [Theory]
    [InlineData("12345678901234567890")]
    [InlineData("9007199254740993")]
    [InlineData("1e400")]
    [InlineData("1e-400")]
    [InlineData("1e-99999999999999999999")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"b\":1,\"a\":1,\"b\":1}")]
    [InlineData("{\"\\u0061\":1,\"a\":1}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("01")]
    [InlineData("NaN")]
    public void What_others_could_read_differently_is_refused(string json) =>
        Assert.Throws<CanonicalJsonException>(() => Canonical(json));

    [Theory]
    [InlineData("{\"hash\":1,\"a\":{\"hash\":2}}", "{\"a\":{\"hash\":2}}")]
    [InlineData("{\"a\":1,\"hash\":1}", "{\"a\":1}")]
    [InlineData("{\"hash\":1}", "{}")]
    [InlineData("{\"z\":1,\"hash\":1,\"a\":2}", "{\"a\":2,\"z\":1}")]
    public void A_member_can_be_left_out_at_the_top(string json, string canonical) =>
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json), "hash")));

    [Fact]
    public void A_canonical_text_is_its_own_form_and_means_the_same() => Json(4).Sample(json =>
    {
        var canonical = Canonical(json);
        Assert.Equal(canonical, Canonical(canonical));
        using var before = JsonDocument.Parse(json);
        using var after = JsonDocument.Parse(canonical);
        Assert.True(JsonElement.DeepEquals(before.RootElement, after.RootElement), json);
    });

    [Fact]
    public void Every_double_survives_its_text() => Gen.Double.Sample(value =>
    {
        if (double.IsFinite(value))
        {
            Assert.Equal(value, double.Parse(CanonicalNumber.Format(value), System.Globalization.CultureInfo.InvariantCulture));
        }
    });

    internal static Gen<string> Json(int depth)
    {
        var text = Gen.String[Gen.Char.AlphaNumeric, 0, 6].Select(value => JsonSerializer.Serialize(value + "é\n\""));
        var scalar = Gen.OneOf(
            text,
            Gen.Int.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Gen.Double[-1e9, 1e9].Select(CanonicalNumber.Format),
            Gen.Int[0, 4].Select(i => Literals[i]));
        return depth == 0
            ? scalar
            : Gen.OneOf(
                scalar,
                Json(depth - 1).Array[0, 3].Select(items => $"[ {string.Join(" , ", items)} ]"),
                Json(depth - 1).Array[0, 4].Select(
                    items => $"{{ {string.Join(" , ", items.Select((item, i) => $"\"{(char)('z' - i)}\":{item}"))} }}"));
    }

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(
        Encoding.UTF8.GetBytes(json)));
}
