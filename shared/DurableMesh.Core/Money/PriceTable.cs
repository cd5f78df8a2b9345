using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>The price table: rows that take effect at an instant.</summary>
public sealed class PriceTable
{
    private readonly Dictionary<string, ModelPrice[]> _rowsByModel;
    private readonly PriceTable? _otherwise;

    /// <summary>Creates a table.</summary>
    /// <param name="rows">The rows, in any order.</param>
    /// <param name="otherwise">The table that holds where this one has no row; null for none.</param>
    /// <exception cref="ArgumentException">Two rows of a model take effect at the same instant, or a price is
    /// negative.</exception>
    public PriceTable(IEnumerable<ModelPrice> rows, PriceTable? otherwise = null)
    {
        _otherwise = otherwise;
        _rowsByModel = rows
            .GroupBy(row => row.Model, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                group => group.Key,
                group => group.OrderByDescending(row => row.From).ToArray(),
                StringComparer.OrdinalIgnoreCase);
        foreach (var (model, history) in _rowsByModel)
        {
            if (history.Zip(history.Skip(1)).Any(pair => pair.First.From == pair.Second.From))
            {
                throw new ArgumentException(
                    $"The price of {model} has two rows that take effect at the same instant.",
                    nameof(rows));
            }

            if (history.Any(row => row.HasNegativeAmount))
            {
                throw new ArgumentException($"The price of {model} has a negative amount.", nameof(rows));
            }
        }
    }

    /// <summary>A table without prices: every cost is the sender's word.</summary>
    public static PriceTable Empty { get; } = new([]);

    /// <summary>
    /// The row of a model that holds at an instant; null where none does. A row for the very name goes before one for the
    /// name without its provider and its date (<see cref="ModelName"/>), and a row of this table before one of the table
    /// behind it.
    /// </summary>
    /// <param name="model">The model; case does not matter.</param>
    /// <param name="at">The instant.</param>
    public ModelPrice? Find(string model, DateTimeOffset at) =>
        Row(model, at) ?? Row(ModelName.Plain(model), at) ?? _otherwise?.Find(model, at);

    private ModelPrice? Row(string model, DateTimeOffset at) =>
        _rowsByModel.TryGetValue(model, out var history) ? Array.Find(history, row => row.From <= at) : null;

    /// <summary>What one turn costs at least, in US dollars; null where the model has no known price.</summary>
    /// <param name="model">The model that takes the turn; null where nobody knows.</param>
    /// <param name="at">When it is taken.</param>
    /// <param name="turn">How large a turn is taken to be.</param>
    public decimal? PriceOfTurn(string? model, DateTimeOffset at, TurnEstimate turn) =>
        model is null ? null : Find(model, at)?.CostOf(turn.ToUsage());

    /// <summary>
    /// Settles a usage: the larger of the sender's cost and the table's, with the other beside it, or the one that there is, else
    /// zero and said to be unpriced.
    /// </summary>
    /// <param name="usage">What the sender reports.</param>
    /// <param name="at">When the cost arose.</param>
    public SettledUsage Settle(Usage usage, DateTimeOffset at)
    {
        var price = usage.Model is null ? null : Find(usage.Model, at);
        var computed = price?.CostOf(usage);
        var isSenders = usage.CostUsd is not null && !(UsdRounding.Round(usage.CostUsd.Value) < computed);
        return new SettledUsage
        {
            Model = usage.Model,
            InputTokens = usage.InputTokens,
            CachedInputTokens = usage.CachedInputTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            OutputTokens = usage.OutputTokens,
            Price = price,
            CostUsd = UsdRounding.Round((isSenders ? usage.CostUsd : computed) ?? 0),
            ComputedUsd = isSenders ? computed : null,
            StatedUsd = isSenders || usage.CostUsd is null ? null : UsdRounding.Round(usage.CostUsd.Value),
            CostSource = isSenders ? CostSource.Sender
                : price is not null ? CostSource.PriceTable
                : CostSource.Unpriced,
        };
    }
}
