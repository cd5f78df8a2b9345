using System.Globalization;

namespace DurableMesh.Core.Ledger;

/// <summary>Weeks as ISO 8601 counts them, by UTC: from Monday on, <c>2026-W48</c>.</summary>
public static class IsoWeek
{
    private const int LastYear = 9998;

    /// <summary>The Monday of the week that a day is in.</summary>
    /// <param name="day">The day.</param>
    public static DateOnly MondayOf(DateOnly day)
    {
        var sinceMonday = ((int)day.DayOfWeek + 6) % 7;
        return day.DayNumber < sinceMonday ? DateOnly.MinValue : day.AddDays(-sinceMonday);
    }

    /// <summary>A week's name.</summary>
    /// <param name="day">Any day of it.</param>
    public static string Format(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return string.Create(
            CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(midnight):0000}-W{ISOWeek.GetWeekOfYear(midnight):00}");
    }

    /// <summary>Reads a week's name.</summary>
    /// <param name="text">For instance <c>2026-W48</c>.</param>
    /// <param name="monday">The Monday of it.</param>
    /// <returns>Whether there is such a week: some years have 53, most have 52.</returns>
    public static bool TryParse(string? text, out DateOnly monday)
    {
        monday = default;
        if (text is not { Length: 8 } || text[4] != '-' || text[5] != 'W'
            || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || !int.TryParse(text.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var week)
            || year is < 1 or > LastYear || week < 1 || week > ISOWeek.GetWeeksInYear(year))
        {
            return false;
        }

        monday = DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday));
        return true;
    }
}
