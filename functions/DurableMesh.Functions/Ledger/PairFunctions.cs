using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Ledger;

/// <summary>What pairs came to, and what was imported to compare them with, over HTTP.</summary>
public sealed class PairFunctions(
    IMeshLedger ledger, IBaselineDirectory baselines, IAgentDirectory agents, IPolicySource policies, OverdueThreads overdue)
{
    private const int DefaultPageLength = 100;
    private const int LongestPage = 1000;

    /// <summary>
    /// <c>GET /stats/pairs?pattern=&amp;since=&amp;week=&amp;limit=&amp;cursor=</c>: an agent sees its own pairs.
    /// </summary>
    [Function("GetPairStats")]
    public async Task<IResult> PairsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/stats/pairs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, "pattern", "since", "week", "limit", "cursor");
        var asked = new PairQuery(
            query.OneOf<Pattern>("pattern"),
            query.Day("since"),
            query.Week("week"),
            Caller.Of(request).Subject is { IsAgent: true } agent ? agent.Name : null,
            query.Number("limit", 1, LongestPage, DefaultPageLength),
            query.Text("cursor"));
        query.ThrowIfWrong();

        await overdue.EndAsync(client, cancellation);
        await ledger.RefreshAsync(cancellation);
        var page = ledger.Pairs(asked, (await baselines.ReadAsync(cancellation)).Rows)
            ?? throw new ProblemException(Problems.InvalidRequest(
                "?cursor",
                "malformed_cursor",
                "cursor must be one that an earlier page gave for the same pattern, since and week."));
        return new JsonAnswer<PairStats>(page);
    }

    /// <summary>
    /// <c>POST /costs/baseline</c>: usage of the pipeline before the mesh. A line of a file counts once, however often it is
    /// sent.
    /// </summary>
    [Function("ImportBaseline")]
    public async Task<IResult> ImportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/costs/baseline")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, BaselineReader.Read, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        await baselines.RefreshAsync(cancellation);
        var known = (await baselines.ReadAsync(cancellation)).LinesOf(asked.File).ToHashSet();
        List<BaselineRun> runs =
        [
            .. asked.Lines.Select(line => line.Settled(policies.Current.Prices, registry))
                .DistinctBy(run => run.Line).Where(run => !known.Contains(run.Line)),
        ];
        if (runs.Count > 0)
        {
            var change = new ImportBaseline(asked.File, asked.Name, runs);
            (await baselines.ChangeAsync(change, Caller.Of(request).NameOrOperator(null), cancellation)).OrThrow();
        }

        return new JsonAnswer<BaselineReceipt>(new BaselineReceipt(
            asked.File, runs.Count, asked.Lines.Count - runs.Count, Unknown(asked.Lines, registry), Unpriced(runs)));
    }

    /// <summary><c>DELETE /costs/baseline/{file}</c>: the lines of a file count no more.</summary>
    [Function("ForgetBaseline")]
    public async Task<IResult> ForgetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/costs/baseline/{file}")] HttpRequest request,
        string file,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var by = Caller.Of(request).NameOrOperator(null);
        (await baselines.ChangeAsync(new ForgetBaseline(file), by, cancellation)).OrThrow();
        return Results.NoContent();
    }

    private static List<string> Unknown(IReadOnlyList<BaselineLine> lines, AgentRegistry registry) =>
    [
        .. lines.SelectMany(line => new[] { line.Initiator, line.Responder }).OfType<string>()
            .Where(agent => registry.Find(agent) is null)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    private static List<MissingPrice> Unpriced(IEnumerable<BaselineRun> runs) =>
    [
        .. runs.Where(run => run.Usage.CostSource == CostSource.Unpriced)
            .GroupBy(run => run.Usage.Model)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new MissingPrice(group.Key, group.Count())),
    ];
}
