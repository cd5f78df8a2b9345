using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Layout;

/// <summary>How pages write numbers, times and other people's texts.</summary>
public static class Formats
{
    /// <summary>US dollars: cents, and more digits where the amount is below one cent.</summary>
    /// <param name="dollars">The amount.</param>
    public static string Money(decimal dollars) =>
        dollars.ToString(dollars is > -0.01m and < 0.01m and not 0 ? "$0.0000" : "$#,##0.00", CultureInfo.InvariantCulture);

    /// <summary>A whole number with thousands.</summary>
    /// <param name="number">The number.</param>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A part of a whole as per cent; a dash where the whole is nothing.</summary>
    /// <param name="part">The part.</param>
    /// <param name="whole">The whole.</param>
    public static string Percent(decimal part, decimal whole) =>
        whole == 0 ? "–" : (part / whole).ToString("0 %", CultureInfo.InvariantCulture);

    /// <summary>A place or a length in a drawing.</summary>
    /// <param name="number">The number.</param>
    public static string Coordinate(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A time span in its two largest units.</summary>
    /// <param name="time">The time span.</param>
    public static string Duration(TimeSpan time) => time switch
    {
        { Ticks: < 0 } => "−" + Duration(time.Negate()),
        { TotalSeconds: < 10 } => time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } => time.TotalSeconds.ToString("0 s", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };

    /// <summary>An instant as people read it, in UTC.</summary>
    /// <param name="at">The instant.</param>
    public static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>An instant as machines read it.</summary>
    /// <param name="at">The instant.</param>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A value of an enum in words: <c>TtlExpired</c> is "ttl expired".</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="value">The value.</param>
    public static string Words<T>(T value)
        where T : struct, Enum => Words(Name(value));

    /// <summary>A value of an enum as queries say it: <c>TtlExpired</c> is "ttl_expired".</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="value">The value.</param>
    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>A name of the API in words: <c>ttl_expired</c> is "ttl expired".</summary>
    /// <param name="name">The name.</param>
    public static string Words(string name) => name.Replace('_', ' ');

    /// <summary>Anybody's text of one line, without what nobody sees.</summary>
    /// <param name="text">The text.</param>
    public static string Line(string? text) => text is null ? "" : HiddenCharacters.Mask(text).Replace('\n', ' ');

    /// <summary>Anybody's text, without what nobody sees, cut at whole characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">Its most characters.</param>
    public static string Text(string? text, int most) => text is null ? "" : HiddenCharacters.Mask(WholeText.Cut(text, most));
}
