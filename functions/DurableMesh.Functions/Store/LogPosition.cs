using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A place in the shared log of all threads. Positions are totally ordered and the same for every host and after every restart,
/// so one serves as a cursor that outlives both.
/// </summary>
/// <param name="Segment">The segment's number, from 1.</param>
/// <param name="Offset">Where the record's line starts in the segment, in bytes.</param>
/// <param name="Index">Which entry of the record, from 0.</param>
public readonly record struct LogPosition(int Segment, int Offset, int Index = 0) : IComparable<LogPosition>
{
    /// <inheritdoc />
    public int CompareTo(LogPosition other) =>
        (Segment, Offset, Index).CompareTo((other.Segment, other.Offset, other.Index));

    /// <summary>The opaque text that HTTP callers hand back: <c>segment-offset-index</c> in hexadecimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Segment:x}-{Offset:x}-{Index:x}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out LogPosition position)
    {
        position = default;
        var parts = (text ?? "").Split('-');
        if (parts.Length != 3 || !TryHex(parts[0], out var segment) || !TryHex(parts[1], out var offset)
            || !TryHex(parts[2], out var index))
        {
            return false;
        }

        position = new LogPosition(segment, offset, index);
        return true;
    }

    /// <summary>Orders two positions.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    /// <summary>Orders two positions.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    /// <summary>Orders two positions.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Orders two positions.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    private static bool TryHex(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;
}
