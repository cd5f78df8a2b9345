using DurableMesh.Core.Ledger;
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

    /// <summary>What the mesh says of its pairs.</summary>
    public PairStats Pairs { get; set; } = new(
        [
            new PairRow
            {
                Initiator = Sample.Builder,
                Responder = Sample.Verifier,
                Pattern = Pattern.BuilderVerifier,
                Week = "2026-W48",
                Numbers = Numbers(tokens: 60_000, usd: 0.5m, seconds: 90),
                Plumbing = 1,
                TurnedAway = 2,
                Baseline = Numbers(tokens: 80_000, usd: 1, seconds: 75),
                Saving = new PairSaving(0.25m, 0.5m, -0.2m),
            },
        ],
        Numbers(tokens: 60_000, usd: 0.5m, seconds: null),
        Plumbing: 1,
        TurnedAway: 2,
        [
            new BaselineRow(
                Sample.Builder,
                Sample.Verifier,
                Pattern.BuilderVerifier,
                ["2026-W40", "2026-W41"],
                Numbers(tokens: 80_000, usd: 1, seconds: 75)),
            new BaselineRow(
                "=cmd", null, Pattern.Advisory, ["2026-W40"], Numbers(tokens: 0, usd: 0, seconds: null) with { Unmeasured = 4 }),
        ],
        "page two");

    /// <summary>What was imported, a request each.</summary>
    public List<BaselineRequest> Imported { get; } = [];

    /// <summary>Takes in a request to import.</summary>
    public async Task<BaselineReceipt> TakeAsync(Stream body)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all);
        var request = BaselineReader.Read(all.ToArray()).Value!;
        Imported.Add(request);
        return new BaselineReceipt(request.File, request.Lines.Count, 0, ["old-bot"], [new MissingPrice("gpt-0", 1)]);
    }

    private static PairNumbers Numbers(long tokens, decimal usd, decimal? seconds) => new()
    {
        Runs = 4,
        Pass = 3,
        Partial = 0,
        Blocked = 1,
        Answered = 0,
        FirstPass = 2,
        FirstPassRate = 0.5m,
        RoundsToPass = 1.33m,
        MedianSeconds = seconds,
        P90Seconds = seconds,
        Tokens = new TokenCounts(tokens / 2, tokens / 4, tokens / 8, tokens / 8),
        CostUsd = usd,
        Unpriced = 0,
        Unmeasured = 0,
    };
}
