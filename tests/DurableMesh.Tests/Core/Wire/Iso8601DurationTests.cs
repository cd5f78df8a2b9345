using CsCheck;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

public sealed class Iso8601DurationTests
{
    [Theory]
    [InlineData("PT30M", 30 * 60)]
    [InlineData("PT60S", 60)]
    [InlineData("P1D", 86400)]
    [InlineData("P1W", 7 * 86400)]
    [InlineData("P1DT2H3M4S", 93784)]
    [InlineData("PT0.5S", 0.5)]
    [InlineData("PT90M", 5400)]
    [InlineData("-PT1M", -60)]
    [InlineData("PT0S", 0)]
    public void A_duration_is_read(string text, double seconds)
    {
        Assert.True(Iso8601Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("1H")]
    [InlineData("P1Y")]
    [InlineData("P1M")]
    [InlineData("PT1D")]
    [InlineData("P1H")]
    [InlineData("PT1M1H")]
    [InlineData("PT1M1M")]
    [InlineData("PT0.5M")]
    [InlineData("PT.5S")]
    [InlineData("PT5.S")]
    [InlineData("PT1.2.3S")]
    [InlineData("PT0.00000001S")]
    [InlineData("PT1")]
    [InlineData("PTM")]
    [InlineData("PT-1M")]
    [InlineData("--PT1M")]
    [InlineData("pt1m")]
    [InlineData("PT1M ")]
    [InlineData("PTT1M")]
    [InlineData("P99999999999999999999D")]
    [InlineData("P10675200D")]
    [InlineData("PT99999999999999999999999999999999999999999S")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Iso8601Duration.TryParse(text, out _));

    [Fact]
    public void Every_duration_survives_its_text() => Gen.Long.Sample(ticks =>
    {
        var duration = new TimeSpan(ticks == long.MinValue ? 0 : ticks);
        Assert.True(Iso8601Duration.TryParse(Iso8601Duration.Format(duration), out var read));
        Assert.Equal(duration, read);
    });
}
