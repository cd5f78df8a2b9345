using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli;

/// <summary>The numbers of a mesh that has done much.</summary>
internal sealed class FakeFigures
{
    /// <summary>What the mesh says of itself.</summary>
    public MeshStats Stats { get; } = new()
    {
        Agents = 53,
        Companies = 14,
        Threads = 12_345,
        Messages = 67_890,
        Open = 3,
        Held = 1,
        Pass = 12_000,
        Partial = 41,
        Blocked = 300,
        ByReason = new Dictionary<EndReason, int> { [EndReason.NoProgress] = 7, [EndReason.Verified] = 12_000 },
        CostUsd = 1234.567m,
        CostTodayUsd = 5.5m,
        Tokens = 9_876_543,
        Unpriced = 2,
    };

    /// <summary>What the mesh says of its costs.</summary>
    public CostsPage Costs { get; } = new(
        CostGrouping.Agent,
        null,
        null,
        new Spend(3, 1, new UsageTotals(3000, 900, 700, 0.0123m)),
        [new CostRow(Sample.Builder, new Spend(2, 1, new UsageTotals(1000, 900, 200, 0.01m) { CacheWriteTokens = 50 }))],
        "next one");
}
