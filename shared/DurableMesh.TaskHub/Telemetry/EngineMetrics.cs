using System.Diagnostics.Metrics;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Partitions;

namespace DurableMesh.TaskHub.Telemetry;

/// <summary>What a partition has in hand at one moment.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Open">Instances that have not ended.</param>
/// <param name="Resident">Instances in memory, ended ones included.</param>
/// <param name="Live">Instances whose orchestrator is in memory, replayed and waiting.</param>
/// <param name="Lag">For how long the oldest work that is not durable yet has been waiting for that.</param>
internal readonly record struct PartitionFigures(int Partition, int Open, int Resident, int Live, TimeSpan Lag);

/// <summary>
/// The engine in numbers, named and measured after OpenTelemetry's conventions: seconds, bytes, counted things in braces. Where
/// nobody listens a measurement is a look at a field.
/// </summary>
internal sealed class EngineMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "DurableMesh.LocalHost";

    private readonly Meter _meter;
    private readonly Counter<long> _turns;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<long> _commitSize;
    private readonly Histogram<long> _commitRecords;
    private readonly Histogram<double> _recoveryDuration;
    private readonly Counter<long> _leaseChanges;
    private readonly Counter<long> _refusedRequests;

    /// <param name="meters">Makes the meter; null: it is this object's own.</param>
    /// <param name="activities">Whose activities are counted.</param>
    /// <param name="partitions">The partitions that this host owns at the moment; asked on any thread.</param>
    public EngineMetrics(IMeterFactory? meters, ActivityDispatcher activities, Func<IEnumerable<PartitionFigures>> partitions)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _turns = _meter.CreateCounter<long>(
            "durablemesh.engine.turns", "{turn}", "Episodes of orchestrators: what they did from one wait to the next.");
        _commitDuration = Histogram<double>(
            "durablemesh.engine.commit.duration", "s", "How long it took to make a batch durable.",
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10);
        _commitSize = Histogram<long>(
            "durablemesh.engine.commit.size", "By", "Bytes in a batch.",
            256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304);
        _commitRecords = Histogram<long>(
            "durablemesh.engine.commit.records", "{record}", "Records in a batch.",
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000);
        _recoveryDuration = Histogram<double>(
            "durablemesh.engine.recovery.duration", "s", "How long a partition took from its lease to its first work.",
            0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 60);
        _leaseChanges = _meter.CreateCounter<long>(
            "durablemesh.engine.lease.changes", "{change}", "Partition leases that this host acquired, lost or released.");
        _refusedRequests = _meter.CreateCounter<long>(
            "durablemesh.engine.requests.refused", "{request}", "Clients' requests that got no durable answer.");

        Gauge(
            "durablemesh.engine.commit.lag", "s", "Age of the oldest work that is not durable yet.",
            figures => figures.Lag.TotalSeconds);
        Gauge("durablemesh.engine.instances.open", "{instance}", "Instances that have not ended.", figures => figures.Open);
        Gauge("durablemesh.engine.instances.resident", "{instance}", "Instances in memory.", figures => figures.Resident);
        Gauge(
            "durablemesh.engine.instances.live", "{instance}", "Instances whose orchestrator is in memory.",
            figures => figures.Live);
        _meter.CreateObservableUpDownCounter(
            "durablemesh.engine.activities.running", () => activities.Running, "{activity}", "Activities that run.");
        _meter.CreateObservableUpDownCounter(
            "durablemesh.engine.activities.waiting", () => activities.Waiting, "{activity}",
            "Activities that wait for their turn.");

        Histogram<T> Histogram<T>(string name, string unit, string description, params T[] boundaries)
            where T : struct =>
            _meter.CreateHistogram(
                name, unit, description, advice: new InstrumentAdvice<T> { HistogramBucketBoundaries = boundaries });

        void Gauge<T>(string name, string unit, string description, Func<PartitionFigures, T> value)
            where T : struct =>
            _meter.CreateObservableGauge(
                name,
                () => partitions().Select(figures => new Measurement<T>(value(figures), Of(figures.Partition))),
                unit,
                description);
    }

    /// <summary>An orchestrator ran from one wait to the next.</summary>
    public void Turn(int partition, string orchestration)
    {
        if (_turns.Enabled)
        {
            _turns.Add(1, Of(partition), new("durabletask.task.name", orchestration));
        }
    }

    /// <summary>A batch became durable.</summary>
    public void Committed(int partition, CommitBatch batch, TimeSpan took)
    {
        if (_commitDuration.Enabled || _commitSize.Enabled || _commitRecords.Enabled)
        {
            KeyValuePair<string, object?> tag = Of(partition);
            _commitDuration.Record(took.TotalSeconds, tag);
            _commitSize.Record(batch.Buffer.Length, tag);
            _commitRecords.Record(batch.Records.Count, tag);
        }
    }

    /// <summary>A partition is ready to work.</summary>
    public void Recovered(int partition, TimeSpan took) => _recoveryDuration.Record(took.TotalSeconds, Of(partition));

    /// <summary>Partition leases were acquired, lost or released.</summary>
    public void LeasesChanged(string kind, int count) =>
        _leaseChanges.Add(count, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A request got no durable answer: the hub was overloaded or unavailable.</summary>
    public void RequestRefused(string reason) => _refusedRequests.Add(1, new KeyValuePair<string, object?>("error.type", reason));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Of(int partition) => new("durablemesh.partition", partition);
}
