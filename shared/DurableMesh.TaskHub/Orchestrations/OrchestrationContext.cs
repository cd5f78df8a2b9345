using System.Runtime.CompilerServices;
using System.Text.Json;
using DurableMesh.TaskHub.History;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>
/// What the orchestrator's code sees of one execution. Its calls become output events, numbered in the order of the calls;
/// input events complete the tasks that the calls returned.
/// </summary>
internal sealed partial class OrchestrationContext(
    string instanceId,
    OrchestrationScheduler scheduler,
    DataConverter converter,
    ILoggerFactory loggerFactory,
    TimeSpan longestTimer,
    Action<OrchestratorEscapedException> escaped)
    : TaskOrchestrationContext
{
    /// <summary>Durable Task's limit, so that an app that works here works there: 16 KB of UTF-16.</summary>
    private const int MaximumCustomStatusCharacters = 16 * 1024 / sizeof(char);

    /// <summary>
    /// What an infinite longest retry interval comes to: beyond any wait, and still an instant that a clock can hold.
    /// </summary>
    private static readonly TimeSpan LongestRetryInterval = TimeSpan.FromDays(100 * 365);

    /// <summary>The answer to code that asks for entities.</summary>
    internal const string NoEntities = "The local task hub runs no entities: an open orchestration can hold state instead.";

    private readonly Dictionary<int, (string Name, IDurableSource Source)> _pending = [];
    private readonly ExternalEvents _events = new();
    private List<HistoryEvent> _outputs = [];
    private TaskName _name;
    private string? _input;
    private string _version = string.Empty;
    private ParentOrchestrationInstance? _parent;
    private DateTime _now;
    private bool _replaying;
    private TimeSpan? _longest;
    private bool _split;
    private int _nextId;
    private int _guids;
    private CustomStatusSet? _customStatus;

    /// <inheritdoc/>
    public override TaskName Name => _name;

    /// <inheritdoc/>
    public override string InstanceId => instanceId;

    /// <inheritdoc/>
    public override ParentOrchestrationInstance? Parent => _parent;

    /// <inheritdoc/>
    public override string Version => _version;

    /// <inheritdoc/>
    public override DateTime CurrentUtcDateTime => _now;

    /// <inheritdoc/>
    public override bool IsReplaying => _replaying;

    /// <inheritdoc/>
    protected override ILoggerFactory LoggerFactory => loggerFactory;

    /// <summary>The execution that the code asked to go on as, or null.</summary>
    public GenerationRequest? NextGeneration { get; private set; }

    /// <summary>The input as the type that the orchestrator takes it as.</summary>
    public object? Argument { get; set; }

    /// <inheritdoc/>
    public override TaskOrchestrationEntityFeature Entities => throw new NotSupportedException(NoEntities);

    /// <inheritdoc/>
    /// <remarks>One that takes no input, or any, may ask for it as any type; else it is what it was taken as.</remarks>
    /// <exception cref="InvalidCastException">The orchestrator takes it as another type.</exception>
    public override T? GetInput<T>()
        where T : default =>
        Argument is null or JsonElement && Argument is not T ? converter.Deserialize<T>(_input) : (T)Argument;

    /// <inheritdoc/>
    public override async Task<TResult> CallActivityAsync<TResult>(
        TaskName name, object? input = null, TaskOptions? options = null)
    {
        Guard();
        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException(
                $"The input of activity '{name}' is a {input.GetType().Name}: name the argument 'options' if it is "
                + "meant as options.",
                nameof(input));
        }

        string? serialized = converter.Serialize(input);
        return await WithRetry(
            options?.Retry,
            () => Schedule<TResult>(
                name,
                id => new ActivityScheduled(id, name.Name, serialized, Asked(options), Tagged(options))));
    }

    /// <inheritdoc/>
    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        Guard();
        string? serialized = converter.Serialize(input);
        string child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        RefuseEntity(child);
        return await WithRetry(
            options?.Retry,
            () => Schedule<TResult>(
                orchestratorName,
                id => new SubOrchestrationScheduled(
                    id, orchestratorName.Name, child, serialized, Asked(options), Tagged(options))));
    }

    private static void RefuseEntity(string instanceId)
    {
        if (instanceId.StartsWith('@'))
        {
            throw new ArgumentException($"'{instanceId}' is the id of an entity. {NoEntities}", nameof(instanceId));
        }
    }

    /// <summary>The version that a call asks for; null: whichever it gets by itself.</summary>
    private static string? Asked(TaskOptions? options) => options?.Version is { } version ? version.Version ?? "" : null;

    private static Dictionary<string, string>? Tagged(TaskOptions? options) =>
        options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null;

    /// <inheritdoc/>
    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        Guard();
        DateTime due = ToUtc(fireAt);
        return IsTooLong(due) ? CreateLongTimer(due, cancellationToken) : CreateOneTimer(due, cancellationToken);
    }

    /// <summary>Several timers, one after the other: backends of Durable Task may be unable to wait so long.</summary>
    private async Task CreateLongTimer(DateTime due, CancellationToken cancellation)
    {
        while (IsTooLong(due) && !cancellation.IsCancellationRequested)
        {
            await CreateOneTimer(_now + _longest!.Value, cancellation);
        }

        await CreateOneTimer(due, cancellation);
    }

    /// <summary>Whether a timer is to be split; a replay splits those that were split, into the same parts.</summary>
    private bool IsTooLong(DateTime due)
    {
        bool tooLong = due - _now > _longest;
        _split |= tooLong;
        return tooLong;
    }

    private Task CreateOneTimer(DateTime due, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellation);
        }

        int id = _nextId++;
        var source = new DurableSource<object?>();
        _pending.Add(id, (nameof(CreateTimer), source));
        _outputs.Add(new TimerCreated(id, due));
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() => CancelTimer(id, source, cancellation));
        }

        return source.Task;
    }

    /// <inheritdoc/>
    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        Guard();
        return _events.Wait<T>(eventName, converter, cancellationToken);
    }

    /// <inheritdoc/>
    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        Guard();
        RefuseEntity(instanceId);
        _outputs.Add(new EventSent(_nextId++, instanceId, eventName, converter.Serialize(payload)));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The status takes more than 16 KB (as UTF-16, Durable Task's limit).</exception>
    public override void SetCustomStatus(object? customStatus)
    {
        Guard();
        string? status = converter.Serialize(customStatus);
        if (status?.Length > MaximumCustomStatusCharacters)
        {
            throw new ArgumentException(
                $"The custom status takes {status.Length * sizeof(char):N0} bytes; Durable Task allows 16 KB. "
                + "Store the data and put a reference into the status.",
                nameof(customStatus));
        }

        _customStatus = new CustomStatusSet(status);
    }

    /// <inheritdoc/>
    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    /// <inheritdoc/>
    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        Guard();
        NextGeneration = new GenerationRequest(
            converter.Serialize(options.NewInput),
            options.PreserveUnprocessedEvents,
            string.IsNullOrWhiteSpace(options.NewVersion) ? _version : options.NewVersion);
    }

    /// <inheritdoc/>
    public override Guid NewGuid()
    {
        Guard();
        return DeterministicGuid.Create(instanceId, _now, _guids++);
    }

    private Task<T> Schedule<T>(TaskName name, Func<int, HistoryEvent> output)
    {
        int id = _nextId++;
        var source = new DurableSource<T>();
        _pending.Add(id, (name.Name, source));
        _outputs.Add(output(id));
        return source.Task;
    }

    private void CancelTimer(int id, DurableSource<object?> source, CancellationToken cancellation)
    {
        if (_pending.Remove(id))
        {
            Guard(nameof(CreateTimer));
            _outputs.Add(new TimerCanceled(id));
            source.TrySetCanceled(cancellation);
        }
    }

    /// <summary>Every call must come from the orchestrator's own thread: anything else cannot be replayed.</summary>
    private void Guard([CallerMemberName] string member = "")
    {
        if (!scheduler.IsCurrent)
        {
            var error = OrchestratorEscapedException.Because(
                _name, instanceId, $"called TaskOrchestrationContext.{member} on a thread that is not the orchestrator's");
            escaped(error);
            throw error;
        }
    }

    /// <summary>
    /// Calls until a call succeeds or the policy or handler has enough, as Durable Task does: the waits between calls are
    /// durable timers.
    /// </summary>
    private async Task<T> WithRetry<T>(TaskRetryOptions? retry, Func<Task<T>> call)
    {
        try
        {
            return retry?.Policy is { } policy ? await WithPolicy(policy, call)
                : retry?.Handler is { } handler ? await WithHandler(handler, call)
                : await call();
        }
        catch (OrchestrationException error)
        {
            throw Failures.Shown(error);
        }
    }

    private async Task<T> WithPolicy<T>(RetryPolicy policy, Func<Task<T>> call)
    {
        DateTime firstCall = _now;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (MayCallAgain(error))
            {
                if (attempt >= policy.MaxNumberOfAttempts || !Handles(policy, error) || RetryWindowIsOver(policy, firstCall))
                {
                    throw;
                }
            }

            await CreateTimer(_now + RetryInterval(policy, attempt), CancellationToken.None);
        }
    }

    private async Task<T> WithHandler<T>(AsyncRetryHandler handler, Func<Task<T>> call)
    {
        DateTime firstCall = _now;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (OrchestrationException error) when (MayCallAgain(error))
            {
                var failure = TaskFailureDetails.FromException(error);
                if (!await handler(new RetryContext(this, attempt, failure, _now - firstCall, CancellationToken.None)))
                {
                    throw;
                }
            }
        }
    }

    private static bool MayCallAgain(Exception error) =>
        error is not OrchestrationException { FailureDetails.IsNonRetriable: true };

    /// <summary>A policy whose own code fails handles nothing: the failure that it was asked about must not get lost.</summary>
    private static bool Handles(RetryPolicy policy, Exception error)
    {
        try
        {
            return policy.Handle(error);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return false;
        }
    }

    private bool RetryWindowIsOver(RetryPolicy policy, DateTime firstCall) =>
        policy.RetryTimeout != Timeout.InfiniteTimeSpan && _now - firstCall >= policy.RetryTimeout;

    private static TimeSpan RetryInterval(RetryPolicy policy, int attempt)
    {
        TimeSpan longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? LongestRetryInterval : policy.MaxRetryInterval;
        double milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    private static DateTime ToUtc(DateTime instant) => instant.Kind switch
    {
        DateTimeKind.Local => instant.ToUniversalTime(),
        _ => DateTime.SpecifyKind(instant, DateTimeKind.Utc),
    };
}

/// <summary>What <c>ContinueAsNew</c> asked for.</summary>
internal sealed record GenerationRequest(string? Input, bool PreserveUnprocessedEvents, string Version);
