using DurableMesh.Core.Ledger;

namespace DurableMesh.Tests.Core.Ledger;

public sealed class IsoWeekTests
{
    [Theory]
    [InlineData("2026-11-23", "2026-W48", "2026-11-23")]
    [InlineData("2026-11-29", "2026-W48", "2026-11-23")]
    [InlineData("2027-01-01", "2026-W53", "2026-12-28")]
    [InlineData("2027-01-04", "2027-W01", "2027-01-04")]
    [InlineData("2024-12-30", "2025-W01", "2024-12-30")]
    public void A_day_is_in_the_week_that_ISO_8601_says(string day, string week, string monday)
    {
        Assert.Equal(week, IsoWeek.Format(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.True(IsoWeek.TryParse(week, out var read));
        Assert.Equal(monday, read.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(read, IsoWeek.MondayOf(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-48")]
    [InlineData("2026-W00")]
    [InlineData("2025-W53")]
    [InlineData("2026-W 8")]
    [InlineData("2026-w48")]
    [InlineData("0000-W01")]
    public void What_is_no_week_is_refused(string? text) => Assert.False(IsoWeek.TryParse(text, out _));

    [Theory]
    [InlineData(0.5, 1, 1)]
    [InlineData(0.5, 2, 1)]
    [InlineData(0.5, 3, 2)]
    [InlineData(0.9, 10, 9)]
    [InlineData(0.9, 11, 10)]
    [InlineData(1.0, 10, 10)]
    public void A_quantile_is_the_nearest_rank(double share, int count, int rank) =>
        Assert.Equal(rank, Quantile.Of([.. Enumerable.Range(1, count)], share));
}
