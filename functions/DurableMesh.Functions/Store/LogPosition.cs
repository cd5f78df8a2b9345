using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A place in the shared log of all threads. Positions are totally ordered and the same for every host and after every restart,
/// so one serves as a cursor that outlives both. One that leaves the store says which store it is of.
/// </summary>
/// <param name="Segment">The segment's number, from 1.</param>
/// <param name="Offset">Where the record's line starts in the segment, in bytes.</param>
/// <param name="Index">Which entry of the record, from 0.</param>
public readonly record struct LogPosition(int Segment, int Offset, int Index = 0) : IComparable<LogPosition>
{
    /// <summary>Before the first record.</summary>
    public static LogPosition Beginning { get; } = new(1, 0);

    /// <summary>The store, by what its log begins with; 0 inside the store, and in positions from before they said it.</summary>
    public ulong Store { get; init; }

    /// <inheritdoc />
    public int CompareTo(LogPosition other) =>
        (Segment, Offset, Index).CompareTo((other.Segment, other.Offset, other.Index));

    /// <summary>The opaque text that HTTP callers hand back: <c>store-segment-offset-index</c> in hexadecimal.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Store:x}-{Segment:x}-{Offset:x}-{Index:x}");

    /// <summary>Reads what <see cref="ToString"/> wrote, or what it wrote before it said the store.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out LogPosition position)
    {
        position = default;
        var store = 0UL;
        string[] parts = (text ?? "").Split('-');
        if (parts is [var first, _, _, _])
        {
            if (!ulong.TryParse(first, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out store))
            {
                return false;
            }

            parts = parts[1..];
        }

        if (parts.Length != 3 || !TryHex(parts[0], out var segment) || !TryHex(parts[1], out var offset)
            || !TryHex(parts[2], out var index))
        {
            return false;
        }

        position = new LogPosition(segment, offset, index) { Store = store };
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
