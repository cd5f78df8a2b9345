using DurableMesh.Core.Wire;

namespace DurableMesh.Client;

/// <content>What pairs came to, and the baseline to compare them with.</content>
public sealed partial class MeshClient
{
    /// <summary>What ended threads came to, by pair, pattern and week.</summary>
    public Task<PairStats> GetPairStatsAsync(
        IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("stats/pairs" + Query(filters), ClientJson.Context.PairStats, cancellation);

    /// <summary>Imports usage of the pipeline before the mesh; a line that is sent again counts once.</summary>
    public Task<BaselineReceipt> ImportBaselineAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
        _transport.AskAsync(() => Post("costs/baseline", request), ClientJson.Context.BaselineReceipt, cancellation);

    /// <summary>Lets the lines of a file count no more.</summary>
    public Task ForgetBaselineAsync(string file, CancellationToken cancellation) => _transport.AnswerAsync(
        () => new HttpRequestMessage(HttpMethod.Delete, $"api/costs/baseline/{Escape(file)}"), cancellation);
}
