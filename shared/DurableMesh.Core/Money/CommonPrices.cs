using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>
/// The list prices of common models, as the makers' pages said on a day that the list names. They hold where a policy has no
/// row of its own. A model that is not among them stays without a price.
/// </summary>
public static class CommonPrices
{
    private const string Resource = "prices.json";
    private const int MaxLine = 256;

    /// <summary>The makers with their prices.</summary>
    public static IReadOnlyList<PriceSource> Sources { get; } = Read();

    /// <summary>All of the prices.</summary>
    public static PriceTable Table { get; } = new(Sources.SelectMany(source => source.Prices));

    /// <summary>Whether a model has a list price, from whatever day on.</summary>
    /// <param name="model">The model; null for one that nobody names.</param>
    public static bool Knows(string? model) => model is not null && Table.Find(model, DateTimeOffset.MaxValue) is not null;

    private static PriceSource[] Read()
    {
        using var stream = typeof(CommonPrices).Assembly.GetManifestResourceStream(Resource)!;
        var utf8 = new byte[stream.Length];
        stream.ReadExactly(utf8);
        var read = JsonInput.Read(utf8, input => input.Objects("providers", 100, ReadSource).ToArray());
        return read.Value ?? throw new InvalidOperationException($"{Resource} is not read: {string.Join("; ", read.Errors)}");
    }

    private static PriceSource? ReadSource(ObjectReader input)
    {
        var name = input.Line("name", MaxLine);
        var source = input.Line("source", MaxLine);
        var asOf = input.Line("asOf", MaxLine);
        var note = input.Line("note", MaxLine);
        var prices = PriceTableReader.ReadRows(input, "prices");
        return name is null || source is null || asOf is null || note is null
            ? null
            : new PriceSource(name, new Uri(source), DateOnly.ParseExact(asOf, "yyyy-MM-dd"), note, prices);
    }
}

/// <summary>A maker's list prices.</summary>
/// <param name="Name">The maker.</param>
/// <param name="Page">The page that has them.</param>
/// <param name="AsOf">The day on which the page had them.</param>
/// <param name="Note">What they do not cover.</param>
/// <param name="Prices">The prices.</param>
public sealed record PriceSource(string Name, Uri Page, DateOnly AsOf, string Note, IReadOnlyList<ModelPrice> Prices);
