using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Layout;

namespace DurableMesh.Tests.Dashboard;

public sealed class FormatsTests
{
    [Theory]
    [InlineData(0, "$0.00")]
    [InlineData(0.0312, "$0.03")]
    [InlineData(0.0042, "$0.0042")]
    [InlineData(-0.0042, "-$0.0042")]
    [InlineData(1234567.891, "$1,234,567.89")]
    public void Money_has_cents_and_more_where_it_is_less(decimal dollars, string words) =>
        Assert.Equal(words, Formats.Money(dollars));

    [Theory]
    [InlineData(0.5, "0.5 s")]
    [InlineData(42, "42 s")]
    [InlineData(192, "3 min 12 s")]
    [InlineData(7_260, "2 h 1 min")]
    [InlineData(180_000, "2 d 2 h")]
    [InlineData(-42, "−42 s")]
    public void A_time_span_has_its_two_largest_units(double seconds, string words) =>
        Assert.Equal(words, Formats.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_share_of_nothing_is_a_dash_and_names_of_the_api_are_words()
    {
        Assert.Equal("–", Formats.Percent(0, 0));
        Assert.Equal("25 %", Formats.Percent(1, 4));
        Assert.Equal("ttl expired", Formats.Words(EndReason.TtlExpired));
    }

    [Fact]
    public void Other_peoples_texts_lose_what_nobody_sees_and_are_cut_at_whole_characters()
    {
        Assert.Equal("a·b c", Formats.Line("a\u202Eb\nc"));
        Assert.Equal("ab", Formats.Text("ab😀", 3));
        Assert.Equal("", Formats.Text(null, 3));
    }
}
