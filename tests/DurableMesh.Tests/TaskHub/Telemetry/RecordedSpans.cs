using System.Collections.Concurrent;
using System.Diagnostics;
using DurableMesh.TaskHub.Telemetry;

namespace DurableMesh.Tests.TaskHub.Telemetry;

/// <summary>
/// The spans of this process, of other tests too: look for those of one trace or instance. What one listener samples, all get:
/// tests that listen stand in this collection, so that they run one after the other.
/// </summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <param name="sampled">Which traces are recorded; the others are propagated only.</param>
    public RecordedSpans(Func<ActivityTraceId, bool>? sampled = null)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EngineTracing.SourceName,
            Sample = (ref options) => sampled?.Invoke(options.TraceId) ?? true
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> OfTrace(ActivityTraceId trace) => [.. _ended.Where(span => span.TraceId == trace)];

    public IReadOnlyList<Activity> OfInstance(string id) =>
        [.. _ended.Where(span => Tag(span, "durabletask.task.instance_id") == id)];

    public static string? Tag(Activity span, string key) => span.GetTagItem(key)?.ToString();

    public void Dispose() => _listener.Dispose();
}
