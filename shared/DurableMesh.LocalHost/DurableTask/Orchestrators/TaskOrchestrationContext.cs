using DurableMesh.LocalHost.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>
/// What an orchestrator's code may see and do. The code is replayed from its start, so everything that can differ from one run to
/// the next (the time, random numbers, I/O) has to come through here.
/// </summary>
public abstract class TaskOrchestrationContext
{
    private ILoggerFactory? _replaySafeLoggerFactory;

    /// <summary>The orchestrator's name.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The instance id, unique in the task hub.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The orchestration that called this one, or null.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The orchestration's clock, in UTC: the same at every replay.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether the code runs through what it did before.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>The version that the instance runs as; empty for none.</summary>
    public virtual string Version => string.Empty;

    /// <summary>Makes loggers that are silent during replay.</summary>
    public virtual ILoggerFactory ReplaySafeLoggerFactory => _replaySafeLoggerFactory ??= new ReplaySafeLoggerFactory(this);

    /// <summary>The host's loggers, which are not silent during replay.</summary>
    protected abstract ILoggerFactory LoggerFactory { get; }

    /// <summary>The instance's input; the default when there is none.</summary>
    /// <typeparam name="T">What to read it as.</typeparam>
    public abstract T? GetInput<T>();

    /// <summary>Calls an activity.</summary>
    /// <param name="name">The activity.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="TaskFailedException">The activity failed, as often as the retries allow.</exception>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity without input.</summary>
    /// <param name="name">The activity.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="TaskFailedException">The activity failed, as often as the retries allow.</exception>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

    /// <summary>Calls an activity without input.</summary>
    /// <typeparam name="TResult">What to read its output as.</typeparam>
    /// <param name="name">The activity.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="TaskFailedException">The activity failed, as often as the retries allow.</exception>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) =>
        CallActivityAsync<TResult>(name, null, options);

    /// <summary>Calls an activity.</summary>
    /// <typeparam name="TResult">What to read its output as.</typeparam>
    /// <param name="name">The activity.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="TaskFailedException">The activity failed, as often as the retries allow.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>A durable timer that fires after <paramref name="delay"/>.</summary>
    /// <param name="delay">How long, by <see cref="CurrentUtcDateTime"/>.</param>
    /// <param name="cancellationToken">Cancels the timer; a timer that lost its race must be cancelled before the end.</param>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) =>
        CreateTimer(CurrentUtcDateTime + delay, cancellationToken);

    /// <summary>A durable timer that fires at <paramref name="fireAt"/>.</summary>
    /// <param name="fireAt">When, in UTC.</param>
    /// <param name="cancellationToken">Cancels the timer; a timer that lost its race must be cancelled before the end.</param>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>
    /// Waits for an event. Of several waits for one name the youngest gets the next event; an event that came before is kept.
    /// </summary>
    /// <typeparam name="T">What to read the event as: the same for all waits for that name.</typeparam>
    /// <param name="eventName">The event, whatever the case.</param>
    /// <param name="cancellationToken">Cancels the wait; a cancelled wait may still take the next event.</param>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event, for so long.</summary>
    /// <typeparam name="T">What to read the event as: the same for all waits for that name.</typeparam>
    /// <param name="eventName">The event, whatever the case.</param>
    /// <param name="timeout">How long to wait, by a durable timer.</param>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) =>
        WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <summary>Waits for an event, for so long or until cancelled.</summary>
    /// <typeparam name="T">What to read the event as: the same for all waits for that name.</typeparam>
    /// <param name="eventName">The event, whatever the case.</param>
    /// <param name="timeout">How long to wait, by a durable timer.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="OperationCanceledException">The time is over, or the wait was cancelled.</exception>
    public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timerEnd = new CancellationTokenSource();
        using var waitEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task timer = CreateTimer(timeout, timerEnd.Token);
        Task<T> wait = WaitForExternalEvent<T>(eventName, waitEnd.Token);

        // Cancelled on the orchestrator's thread: CancelAsync would leave it.
        CancellationTokenSource loser = await Task.WhenAny(timer, wait) == wait ? timerEnd : waitEnd;
        loser.Cancel();
        return await wait;
    }

    /// <summary>Sends an event to another orchestration; nobody hears of it when there is none.</summary>
    /// <param name="instanceId">To whom.</param>
    /// <param name="eventName">The event.</param>
    /// <param name="payload">What it says.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what clients see as the instance's custom status.</summary>
    /// <param name="customStatus">The status, at most 16 KB as UTF-16 JSON; null for none.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Calls another orchestrator and waits for its end.</summary>
    /// <typeparam name="TResult">What to read its output as.</typeparam>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to run it; <see cref="SubOrchestrationOptions"/> to choose the instance id.</param>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, as often as the retries allow.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <summary>Calls another orchestrator without input and waits for its end.</summary>
    /// <typeparam name="TResult">What to read its output as.</typeparam>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="options">How to run it; <see cref="SubOrchestrationOptions"/> to choose the instance id.</param>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, as often as the retries allow.</exception>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    /// <summary>Calls another orchestrator without input and waits for its end.</summary>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="options">How to run it; <see cref="SubOrchestrationOptions"/> to choose the instance id.</param>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, as often as the retries allow.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync(orchestratorName, null, options);

    /// <summary>Calls another orchestrator and waits for its end.</summary>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to run it; <see cref="SubOrchestrationOptions"/> to choose the instance id.</param>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, as often as the retries allow.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallSubOrchestratorAsync<object>(orchestratorName, input, options);

    /// <summary>Once the code returns, begins it again with a new input and an empty history. Return directly after it.</summary>
    /// <param name="newInput">The new input.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that arrived and that nobody waited for go along.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>Once the code returns, begins it again with an empty history. Return directly after it.</summary>
    /// <param name="options">How.</param>
    public virtual void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
    }

    /// <summary>A new GUID, the same at every replay: not for secrets.</summary>
    public abstract Guid NewGuid();

    /// <summary>A logger that is silent during replay.</summary>
    /// <param name="categoryName">What its lines are filed under.</param>
    public virtual ILogger CreateReplaySafeLogger(string categoryName) =>
        new ReplaySafeLogger(this, LoggerFactory.CreateLogger(categoryName));

    /// <summary>A logger that is silent during replay.</summary>
    /// <param name="type">The type that its lines are filed under.</param>
    public virtual ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(this, LoggerFactory.CreateLogger(type));

    /// <summary>A logger that is silent during replay.</summary>
    /// <typeparam name="T">The type that its lines are filed under.</typeparam>
    public virtual ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(this, LoggerFactory.CreateLogger<T>());

    /// <summary>Compares <see cref="Version"/> to another version, to keep old instances on the old way.</summary>
    /// <param name="version">The other version.</param>
    /// <returns>Less than zero, zero or more than zero, as the instance's version comes before, with or after it.</returns>
    public virtual int CompareVersionTo(string version) => TaskOrchestrationVersioningUtils.CompareVersions(Version, version);
}
