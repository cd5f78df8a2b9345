using System.Buffers;
using System.Globalization;
using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>Numbers as ECMAScript writes them (RFC 8785 §3.2.2.3).</summary>
internal static class CanonicalNumber
{
    /// <summary>Integers of so many digits are exact in a double and already canonical.</summary>
    private const int SafeDigits = 15;

    public static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        if (json.Length <= SafeDigits && !json.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            output.Write(json);
            return;
        }

        var text = Encoding.ASCII.GetString(json);
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var canonical = double.IsFinite(value) ? Format(value) : null;
        if (canonical is null || !Means(text, canonical))
        {
            throw new CanonicalJsonException(
                $"The number {Shorten(text)} does not fit a 64-bit floating-point number; write it as a text.");
        }

        output.Write(Encoding.ASCII.GetBytes(canonical));
    }

    /// <summary>
    /// Whether the double still is what was written. A fraction means the double next to it, as everywhere in JSON; an integer is
    /// exact, because an id that loses its last digits is another id; and what is not zero must not become zero.
    /// </summary>
    private static bool Means(string text, string canonical)
    {
        var (written, read) = (Normal(text), Normal(canonical));
        return written == read || (text.AsSpan().ContainsAny('.', 'e', 'E') && read.Digits.Length > 0);
    }

    /// <summary>
    /// The shortest text that reads back as <paramref name="value"/>, laid out as ECMAScript's Number::toString does.
    /// </summary>
    internal static string Format(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        var (negative, digits, point) = Normal(value.ToString("R", CultureInfo.InvariantCulture));
        var text = point switch
        {
            > 0 and <= 21 when digits.Length <= point => digits.PadRight(point, '0'),
            > 0 and <= 21 => $"{digits[..point]}.{digits[point..]}",
            > -6 and <= 0 => $"0.{new string('0', -point)}{digits}",
            _ => Exponential(digits, point - 1),
        };
        return negative ? $"-{text}" : text;
    }

    private static string Exponential(string digits, int exponent)
    {
        var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}");
    }

    /// <summary>
    /// A number as its significant digits and the place of the point before or behind them: 0.0120 is (12, -1).
    /// </summary>
    private static (bool Negative, string Digits, long Point) Parts(string text)
    {
        var negative = text[0] == '-';
        var body = negative ? text[1..] : text;
        var e = body.IndexOfAny(['e', 'E']);
        long exponent = 0;
        if (e >= 0)
        {
            // An exponent beyond a long belongs to zero or to a number that is no finite double.
            _ = long.TryParse(body[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
            body = body[..e];
        }

        var dot = body.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? body : body[..dot];
        var digits = dot < 0 ? whole : whole + body[(dot + 1)..];
        var significant = digits.TrimStart('0');
        var point = whole.Length - (digits.Length - significant.Length) + exponent;
        return (negative, significant.TrimEnd('0'), point);
    }

    private static (bool Negative, string Digits, int Point) Normal(string text)
    {
        var (negative, digits, point) = Parts(text);
        return digits.Length == 0 ? (false, "", 0) : (negative, digits, (int)Math.Clamp(point, int.MinValue, int.MaxValue));
    }

    private static string Shorten(string text) => WholeText.Shorten(text, 40);
}
