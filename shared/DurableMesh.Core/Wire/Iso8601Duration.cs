using System.Buffers;
using System.Globalization;
using System.Text;

namespace DurableMesh.Core.Wire;

/// <summary>
/// Durations as the API writes them: ISO 8601 with weeks, days, hours, minutes and seconds (<c>PT30M</c>, <c>P1DT2H</c>,
/// <c>PT0.5S</c>). Years and months are refused: they have no fixed length.
/// </summary>
public static class Iso8601Duration
{
    private const string Units = "WDHMS";

    private static readonly SearchValues<char> Amount = SearchValues.Create("0123456789.");

    /// <summary>
    /// Reads a duration; false where the text is none or does not fit a <see cref="TimeSpan"/>. A leading minus is understood.
    /// </summary>
    /// <param name="text">The text, for instance <c>PT30M</c>.</param>
    /// <param name="duration">The duration, to the tick (100 ns); finer digits are refused.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var negative = text is ['-', ..];
        text = negative ? text[1..] : text;
        if (text is not ['P', _, ..])
        {
            return false;
        }

        decimal ticks = 0;
        var inTime = false;
        var lastUnit = -1;
        for (var rest = text[1..]; rest.Length > 0;)
        {
            if (rest[0] == 'T' && !inTime)
            {
                inTime = true;
                rest = rest[1..];
                if (rest.IsEmpty)
                {
                    return false;
                }
            }

            var digits = rest.IndexOfAnyExcept(Amount);
            if (digits <= 0 || !TryReadUnit(rest[digits], inTime, out var unit, out var ticksPerUnit) || unit <= lastUnit
                || !TryReadAmount(rest[..digits], fractionAllowed: rest[digits] == 'S', out var amount)
                || amount > TimeSpan.MaxValue.Ticks / (decimal)ticksPerUnit)
            {
                return false;
            }

            ticks += amount * ticksPerUnit;
            lastUnit = unit;
            rest = rest[(digits + 1)..];
        }

        if (ticks != decimal.Truncate(ticks) || ticks > TimeSpan.MaxValue.Ticks)
        {
            return false;
        }

        duration = new TimeSpan((long)(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Writes a duration in its shortest form, days and below: <c>P1DT2H</c>, <c>PT30M</c>, <c>PT0S</c>.</summary>
    /// <param name="duration">The duration; a negative one gets a leading minus.</param>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "PT0S";
        }

        var ticks = Math.Abs((decimal)duration.Ticks);
        var text = new StringBuilder(duration < TimeSpan.Zero ? "-P" : "P");
        var time = new StringBuilder();
        AppendWhole(text, ref ticks, TimeSpan.TicksPerDay, 'D');
        AppendWhole(time, ref ticks, TimeSpan.TicksPerHour, 'H');
        AppendWhole(time, ref ticks, TimeSpan.TicksPerMinute, 'M');
        if (ticks > 0)
        {
            time.Append(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerSecond:0.#######}S");
        }

        return time.Length == 0 ? text.ToString() : text.Append('T').Append(time).ToString();
    }

    private static void AppendWhole(StringBuilder text, ref decimal ticks, long ticksPerUnit, char unit)
    {
        var whole = decimal.Truncate(ticks / ticksPerUnit);
        if (whole > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{whole:0}{unit}");
            ticks -= whole * ticksPerUnit;
        }
    }

    private static bool TryReadUnit(char letter, bool inTime, out int order, out long ticks)
    {
        order = Units.IndexOf(letter, StringComparison.Ordinal);
        ticks = letter switch
        {
            'W' => 7 * TimeSpan.TicksPerDay,
            'D' => TimeSpan.TicksPerDay,
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            _ => 0,
        };
        return ticks > 0 && inTime == order >= 2;
    }

    private static bool TryReadAmount(ReadOnlySpan<char> text, bool fractionAllowed, out decimal amount) =>
        decimal.TryParse(
            text,
            fractionAllowed ? NumberStyles.AllowDecimalPoint : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out amount)
        && text[0] != '.' && text[^1] != '.';
}
