using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DurableMesh.TaskHub.Telemetry;

namespace DurableMesh.Tests.TaskHub.Telemetry;

/// <summary>What one host's meter measured.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly ConcurrentQueue<(string Name, double Value, IReadOnlyDictionary<string, object?> Tags)> _measured = new();
    private readonly MeterListener _listener = new();

    /// <param name="meters">Who makes the meter.</param>
    public RecordedMetrics(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName && instrument.Meter.Scope == meters)
            {
                Units[instrument.Name] = instrument.Unit;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentDictionary<string, string?> Units { get; } = new();

    /// <summary>All that was measured since the start under a name, where a tag is given only with it.</summary>
    public IReadOnlyList<double> Of(string name, string? tag = null, object? value = null) =>
        [.. _measured.Where(one => one.Name == name && (tag is null || Equals(one.Tags[tag], value))).Select(one => one.Value)];

    /// <summary>What a gauge shows now, the sum of all partitions.</summary>
    public double Now(string gauge)
    {
        int before = Of(gauge).Count;
        _listener.RecordObservableInstruments();
        return Of(gauge).Skip(before).Sum();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));
}
