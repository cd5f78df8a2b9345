namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>
/// Runs one orchestrator's code on the thread of whoever calls <see cref="Run"/>, and nowhere else. One queue stands behind
/// both a <see cref="SynchronizationContext"/> (for <c>await</c>) and a <see cref="TaskScheduler"/> (for <c>ContinueWith</c>
/// and <c>StartNew</c>), so that every way to continue keeps one order and a replay meets the same one.
/// </summary>
/// <param name="foreignWork">
/// Told, once for each piece, of work that another thread tried to bring in: the sign that the code awaited something that is
/// not durable. It gets the name of the async method that waited, where that can be seen.
/// </param>
internal sealed class OrchestrationScheduler(Action<string?> foreignWork) : TaskScheduler
{
    private readonly Queue<(SendOrPostCallback? Callback, object? State)> _queue = new();
    private SynchronizationContext? _context;
    private int _threadId;

    /// <summary>Whether the calling thread is running the orchestrator's code just now.</summary>
    public bool IsCurrent => _threadId == Environment.CurrentManagedThreadId;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs <paramref name="step"/> and all that it sets going, until nothing is left to run.</summary>
    public void Run(Action step)
    {
        SynchronizationContext? previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context ??= new QueueContext(this));
        _threadId = Environment.CurrentManagedThreadId;
        try
        {
            // Inside a task of this scheduler, TaskScheduler.Current is this one: that is what ContinueWith and StartNew look at.
            var pump = new Task(
                () =>
                {
                    step();
                    Drain();
                });
            pump.RunSynchronously(this);
            pump.GetAwaiter().GetResult();
        }
        finally
        {
            _threadId = 0;
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => Enqueue(null, task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        IsCurrent && !taskWasPreviouslyQueued && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _queue.Select(work => work.State).OfType<Task>();

    private void Drain()
    {
        while (_queue.TryDequeue(out (SendOrPostCallback? Callback, object? State) work))
        {
            if (work.Callback is null)
            {
                TryExecuteTask((Task)work.State!);
            }
            else
            {
                work.Callback(work.State);
            }
        }
    }

    private void Enqueue(SendOrPostCallback? callback, object? state)
    {
        if (IsCurrent)
        {
            _queue.Enqueue((callback, state));
        }
        else
        {
            foreignWork(AwaitingMethod(state));
        }
    }

    /// <summary>The async method behind a posted continuation: its state machine is named <c>&lt;Method&gt;d__n</c>.</summary>
    private static string? AwaitingMethod(object? state)
    {
        Type? machine = (state as Delegate)?.Target?.GetType().GenericTypeArguments.LastOrDefault();
        return machine?.Name is ['<', .. var rest] && rest.IndexOf('>') is > 0 and var end ? rest[..end] : null;
    }

    private sealed class QueueContext(OrchestrationScheduler owner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => owner.Enqueue(d, state);

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (owner.IsCurrent)
            {
                d(state);
            }
            else
            {
                owner.Enqueue(d, state);
            }
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
