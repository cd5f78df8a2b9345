using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>How much of what kind was taken out; immutable. JSON: an object of the kinds that occur, sorted by name.</summary>
[JsonConverter(typeof(RedactionCountsConverter))]
public sealed class RedactionCounts : IEquatable<RedactionCounts>
{
    private readonly int[] _counts;

    internal RedactionCounts(ReadOnlySpan<int> counts) => _counts = counts.ToArray();

    /// <summary>Nothing was taken out.</summary>
    public static RedactionCounts None { get; } = new(new int[RedactionKinds.Count]);

    /// <summary>How many of a kind.</summary>
    /// <param name="kind">The kind.</param>
    public int this[RedactionKind kind] => _counts[(int)kind];

    /// <summary>How many of all kinds.</summary>
    public int Total => _counts.Sum();

    /// <summary>The sum of both.</summary>
    /// <param name="more">What else was taken out.</param>
    public RedactionCounts Add(RedactionCounts more) =>
        new([.. _counts.Zip(more._counts, (left, right) => checked(left + right))]);

    /// <inheritdoc/>
    public bool Equals(RedactionCounts? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RedactionCounts);

    /// <inheritdoc/>
    public override int GetHashCode() => _counts.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this, MeshJson.Options);
}

/// <summary>Writes <see cref="RedactionCounts"/> as <c>{"email": 2, "iban": 1}</c>.</summary>
public sealed class RedactionCountsConverter : JsonConverter<RedactionCounts>
{
    /// <inheritdoc/>
    public override RedactionCounts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Span<int> counts = stackalloc int[RedactionKinds.Count];
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("Counts of redactions are an object.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var known = Choices<RedactionKind>.ByName.TryGetValue(reader.GetString()!, out var kind);
            reader.Read();
            if (!known || !reader.TryGetInt32(out var count) || count < 0)
            {
                throw new JsonException(
                    $"A count of redactions belongs to one of {Choices<RedactionKind>.List} and is not negative.");
            }

            counts[(int)kind] = count;
        }

        return new RedactionCounts(counts);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RedactionCounts value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var kind in Enum.GetValues<RedactionKind>().Where(kind => value[kind] > 0))
        {
            writer.WriteNumber(RedactionKinds.NameOf(kind), value[kind]);
        }

        writer.WriteEndObject();
    }
}
