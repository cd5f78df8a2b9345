using System.Globalization;
using DurableMesh.Functions.Surfaces;

namespace DurableMesh.Tests.Functions.Surfaces;

public sealed class CronTimesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 3 * * *", "Etc/UTC", "2026-11-24T00:00:00Z", "2026-11-24T03:00:00Z")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-11-24T00:00:00Z", "2026-11-24T02:00:00Z")]
    [InlineData("0 3 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T01:00:00Z")]
    [InlineData("*/10 * * * * *", "Etc/UTC", "2026-11-24T00:00:00Z", "2026-11-24T00:00:10Z")]
    [InlineData("@daily", "America/New_York", "2026-11-24T06:00:00Z", "2026-11-25T05:00:00Z")]
    [InlineData("0 0 29 2 *", "Etc/UTC", "2026-11-24T00:00:00Z", "2028-02-29T00:00:00Z")]
    public void An_expression_fires_in_its_time_zone(string cron, string zone, string after, string fire) =>
        Assert.Equal(At(fire), CronTimes.Of(cron, zone).After(At(after)));

    // In Berlin 02:00 to 03:00 is left out on 29 March 2026.
    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T01:00:00Z")]
    [InlineData("0 2 * * *", "2026-03-29T01:00:00Z")]
    public void A_fire_in_the_hour_that_is_left_out_happens_right_after_it(string cron, string fire) =>
        Assert.Equal(At(fire), CronTimes.Of(cron, "Europe/Berlin").After(At("2026-03-28T12:00:00Z")));

    // In Berlin 02:00 to 03:00 comes twice on 25 October 2026: at 00:00Z and at 01:00Z.
    [Fact]
    public void In_the_hour_that_comes_twice_a_fixed_time_fires_once_and_an_interval_both_times()
    {
        var (from, to) = (At("2026-10-24T23:59:00Z"), At("2026-10-25T02:59:00Z"));

        Assert.Equal([At("2026-10-25T00:30:00Z")], CronTimes.Of("30 2 * * *", "Europe/Berlin").Between(from, to));
        Assert.Equal(
            [
                At("2026-10-25T00:00:00Z"), At("2026-10-25T00:30:00Z"), At("2026-10-25T01:00:00Z"), At("2026-10-25T01:30:00Z"),
                At("2026-10-25T02:00:00Z"), At("2026-10-25T02:30:00Z"),
            ],
            CronTimes.Of("*/30 * * * *", "Europe/Berlin").Between(from, to));
    }

    [Fact]
    public void Between_leaves_out_its_beginning_and_has_its_end() => Assert.Equal(
        [At("2026-11-24T02:00:00Z"), At("2026-11-24T03:00:00Z")],
        CronTimes.Of("0 * * * *", "Etc/UTC").Between(At("2026-11-24T01:00:00Z"), At("2026-11-24T03:00:00Z")));

    [Theory]
    [InlineData("0 0 30 2 *", "Etc/UTC", "cron", "never_fires")]
    [InlineData("0 0 31 4,6,9,11 *", "Etc/UTC", "cron", "never_fires")]
    [InlineData("61 * * * *", "Etc/UTC", "cron", "invalid_value")]
    [InlineData("* * *", "Etc/UTC", "cron", "invalid_value")]
    [InlineData("hourly", "Etc/UTC", "cron", "invalid_value")]
    [InlineData("0 3 * * *", "Europe/Atlantis", "timeZone", "unknown_time_zone")]
    [InlineData("0 3 * * *", "", "timeZone", "unknown_time_zone")]
    public void What_cannot_fire_is_said_with_its_field(string cron, string zone, string field, string code)
    {
        var (path, said, message) = Assert.Single(CronTimes.MistakesOf(cron, zone, Now));

        Assert.Equal((field, code), (path, said));
        Assert.NotEmpty(message);
    }

    [Fact]
    public void What_can_fire_has_no_mistakes() => Assert.Empty(CronTimes.MistakesOf("0 9 * * MON-FRI", "Asia/Tokyo", Now));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
