using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>
/// Reads a price table from a list of an object: <c>[{"model":"m","from":"2026-01-01T00:00:00Z","input":3,"cachedInput":0.3,
/// "cacheWrite":3.75,"output":15}]</c>, in US dollars per million tokens. The prices of the cache may be left out.
/// </summary>
internal static class PriceTableReader
{
    private const int MaxRows = 10_000;
    private const int MaxModelLength = 128;

    /// <summary>Reads the table; what is wrong is said to the reader, and left out of the table.</summary>
    /// <param name="input">The object that has the list.</param>
    /// <param name="name">The list's name; where it is absent the table is empty.</param>
    /// <param name="otherwise">The table that holds where the list has no row; null for none.</param>
    public static PriceTable Read(ObjectReader input, string name, PriceTable? otherwise = null) =>
        new(ReadRows(input, name), otherwise);

    /// <summary>Reads the rows alone.</summary>
    public static IReadOnlyList<ModelPrice> ReadRows(ObjectReader input, string name)
    {
        var taken = new HashSet<(string Model, DateTimeOffset From)>();
        return input.Objects(name, MaxRows, row => ReadRow(row, taken));
    }

    private static ModelPrice? ReadRow(ObjectReader input, HashSet<(string Model, DateTimeOffset From)> taken)
    {
        var model = input.Line("model", MaxModelLength);
        var from = input.Instant("from", required: true);
        var inputPrice = input.Usd("input", required: true);
        var cachedInput = input.Usd("cachedInput");
        var cacheWrite = input.Usd("cacheWrite");
        var output = input.Usd("output", required: true);
        if (model is null || from is null || inputPrice is null || output is null)
        {
            return null;
        }

        if (!taken.Add((model.ToUpperInvariant(), from.Value)))
        {
            var problem = $"The price of {model} has two rows that take effect at the same instant; keep one.";
            input.Add("from", InputError.DuplicateId, problem);
            return null;
        }

        return new ModelPrice
        {
            Model = model,
            From = from.Value,
            InputPerMillion = inputPrice.Value,
            CachedInputPerMillion = cachedInput,
            CacheWritePerMillion = cacheWrite,
            OutputPerMillion = output.Value,
        };
    }
}
