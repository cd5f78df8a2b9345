using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// How far somebody has heard: a position in each of the logs that events come from. It outlives hosts and restarts.
/// </summary>
/// <param name="Store">The store, by what its threads begin with; 0 from before its first thread.</param>
/// <param name="Threads">The position in the threads' log.</param>
/// <param name="Tasks">The position in the tasks' log.</param>
/// <param name="Reach">The position in the log of agents' reach.</param>
[JsonConverter(typeof(EventCursorConverter))]
public readonly record struct EventCursor(ulong Store, LogPosition Threads, LogPosition Tasks, LogPosition Reach)
{
    private const int Parts = 10;

    /// <summary>The position before the first event of all.</summary>
    public static EventCursor Beginning { get; } =
        new(0, LogPosition.Beginning, LogPosition.Beginning, LogPosition.Beginning);

    /// <summary>The cursor as text, for the mesh itself: it says how much the logs hold.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Store:x}-{TextOf(Threads)}-{TextOf(Tasks)}-{TextOf(Reach)}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cursor">The cursor.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out EventCursor cursor)
    {
        cursor = default;
        string[] parts = (text ?? "").Split('-');
        if (parts.Length != Parts
            || !ulong.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var store)
            || !LogPosition.TryParse(string.Join('-', parts[1..4]), out var threads)
            || !LogPosition.TryParse(string.Join('-', parts[4..7]), out var tasks)
            || !LogPosition.TryParse(string.Join('-', parts[7..10]), out var reach))
        {
            return false;
        }

        cursor = new EventCursor(store, threads, tasks, reach);
        return true;
    }

    private static string TextOf(LogPosition position) => string.Create(
        CultureInfo.InvariantCulture, $"{position.Segment:x}-{position.Offset:x}-{position.Index:x}");
}

/// <summary>Writes an <see cref="EventCursor"/> as its text.</summary>
public sealed class EventCursorConverter : JsonConverter<EventCursor>
{
    /// <inheritdoc/>
    public override EventCursor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        EventCursor.TryParse(reader.GetString(), out var cursor)
            ? cursor
            : throw new JsonException("That is no cursor of events.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EventCursor value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
