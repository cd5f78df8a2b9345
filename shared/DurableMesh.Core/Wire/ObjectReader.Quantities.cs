using System.Text.Json;
using DurableMesh.Core.Money;

namespace DurableMesh.Core.Wire;

/// <content>What has a measure: whole numbers, US dollars, durations and instants.</content>
internal sealed partial class ObjectReader
{
    public long? Whole(string name, long min, long max, bool required = false)
    {
        if (Find(name, required) is not { } element || !Expect(name, element, JsonValueKind.Number, "a whole number"))
        {
            return null;
        }

        if (element.TryGetDecimal(out var number) && number >= min && number <= max && decimal.IsInteger(number))
        {
            return (long)number;
        }

        Add(
            name,
            InputError.OutOfRange,
            $"This must be a whole number from {min} to {max}, not {Shorten(element.GetRawText())}.");
        return null;
    }

    public decimal? Number(string name, decimal min, decimal max)
    {
        if (Find(name, required: false) is not { } element || !Expect(name, element, JsonValueKind.Number, "a number"))
        {
            return null;
        }

        if (element.TryGetDecimal(out var number) && number >= min && number <= max)
        {
            return number;
        }

        Add(
            name,
            InputError.OutOfRange,
            FormattableString.Invariant($"This must be a number from {min} to {max}, not {Shorten(element.GetRawText())}."));
        return null;
    }

    /// <summary>
    /// An amount in US dollars that a person set: 0 to <see cref="UsdRounding.MaxUsd"/>, with no more than
    /// <see cref="UsdRounding.Places"/> decimal places. How the number is written, <c>2.5e-3</c> for instance, does not matter.
    /// </summary>
    public decimal? Usd(string name, bool required = false)
    {
        if (ReadUsd(name, required) is not var (usd, given))
        {
            return null;
        }

        // What is nearer to zero than a decimal can be is read as zero.
        var mantissa = given.AsSpan(0, given.AsSpan().IndexOfAny('e', 'E') is >= 0 and var end ? end : given.Length);
        var rounded = UsdRounding.Round(usd);
        if (usd == rounded && (usd != 0 || !mantissa.ContainsAnyInRange('1', '9')))
        {
            return rounded;
        }

        Add(
            name,
            InputError.InvalidValue,
            $"{Shorten(given)} has more than {UsdRounding.Places} decimal places; a billionth of a US dollar is the least.");
        return null;
    }

    /// <summary>
    /// An amount in US dollars that a program computed, rounded to <see cref="UsdRounding.Places"/>: a sum of binary fractions
    /// has digits that mean nothing.
    /// </summary>
    public decimal? RoundedUsd(string name) => ReadUsd(name, required: false) is var (usd, _) ? UsdRounding.Round(usd) : null;

    public TimeSpan? Duration(string name, TimeSpan below)
    {
        var duration = ReadDuration(name, required: false);
        if (duration is null || (duration > TimeSpan.Zero && duration < below))
        {
            return duration;
        }

        Add(name, InputError.OutOfRange, $"This must be longer than PT0S and shorter than {Iso8601Duration.Format(below)}.");
        return null;
    }

    public TimeSpan? Duration(string name, TimeSpan least, TimeSpan most, bool required)
    {
        var duration = ReadDuration(name, required);
        if (duration is null || (duration >= least && duration <= most))
        {
            return duration;
        }

        Add(
            name,
            InputError.OutOfRange,
            $"This must be at least {Iso8601Duration.Format(least)} and at most {Iso8601Duration.Format(most)}.");
        return null;
    }

    public DateTimeOffset? Instant(string name, bool required = false)
    {
        if (Find(name, required) is not { } element
            || !Expect(name, element, JsonValueKind.String, "an instant such as \"2026-11-23T08:00:00Z\""))
        {
            return null;
        }

        if (TextRules.TryGet(element) is { } text && TextRules.HasOffset(text) && element.TryGetDateTimeOffset(out var instant))
        {
            return instant.ToUniversalTime();
        }

        Add(
            name,
            InputError.InvalidValue,
            "This must be an ISO 8601 instant with Z or an offset, such as \"2026-11-23T08:00:00Z\".");
        return null;
    }

    private TimeSpan? ReadDuration(string name, bool required)
    {
        if (Find(name, required) is not { } element
            || !Expect(name, element, JsonValueKind.String, "a duration such as \"PT30M\""))
        {
            return null;
        }

        if (Iso8601Duration.TryParse(TextRules.TryGet(element), out var duration))
        {
            return duration;
        }

        Add(
            name,
            InputError.InvalidValue,
            "This must be an ISO 8601 duration of days, hours, minutes, seconds, such as \"PT30M\".");
        return null;
    }

    private (decimal Usd, string Given)? ReadUsd(string name, bool required)
    {
        if (Find(name, required) is not { } element
            || !Expect(name, element, JsonValueKind.Number, "an amount in US dollars, a number"))
        {
            return null;
        }

        var given = element.GetRawText();
        if (element.TryGetDecimal(out var usd) && usd is >= 0 and <= UsdRounding.MaxUsd)
        {
            return (usd, given);
        }

        Add(
            name,
            InputError.OutOfRange,
            FormattableString.Invariant($"This must be 0 to {UsdRounding.MaxUsd} US dollars, not {Shorten(given)}."));
        return null;
    }
}
