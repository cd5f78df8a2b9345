using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.LocalHost.DurableTask;

/// <summary>A context without an engine: timers fire and events come when the test says so.</summary>
internal sealed class DeskContext(ILoggerFactory loggers) : TaskOrchestrationContext
{
    private bool _isReplaying;

    public TaskCompletionSource Timer { get; } = new();

    public TaskCompletionSource<string> Event { get; } = new();

    public DateTime? FireAt { get; private set; }

    public CancellationToken TimerToken { get; private set; }

    public CancellationToken EventToken { get; private set; }

    public List<(string Name, object? Input, TaskOptions? Options)> Calls { get; } = [];

    public (object? Input, bool Preserve)? Continued { get; private set; }

    public override TaskName Name => "Desk";

    public override string InstanceId => "desk-1";

    public override string Version => "1.2";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime => new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public override bool IsReplaying => _isReplaying;

    protected override ILoggerFactory LoggerFactory => loggers;

    public void Replay(bool isReplaying) => _isReplaying = isReplaying;

    public override T? GetInput<T>()
        where T : default => default;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Calls.Add((name, input, options));
        return Task.FromResult<TResult>(default!);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<TResult>(orchestratorName, input, options);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        (FireAt, TimerToken) = (fireAt, cancellationToken);
        return Timer.Task.WaitAsync(cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EventToken = cancellationToken;
        return (Task<T>)(object)Event.Task.WaitAsync(cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => Calls.Add((eventName, payload, null));

    public override void SetCustomStatus(object? customStatus) => Calls.Add(("status", customStatus, null));

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        Continued = (newInput, preserveUnprocessedEvents);

    public override Guid NewGuid() => Guid.Empty;
}
