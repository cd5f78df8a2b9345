namespace DurableMesh.Simulation.Machine;

/// <summary>
/// A process of the simulated machine: what is ready to run in it, tasks and timer callbacks, waits here until the machine picks
/// it. So it can be stopped for a while, or for good, at any await.
/// </summary>
internal sealed class SimulatedProcess(SimulatedMachine machine, string name, int number) : TaskScheduler
{
    private readonly List<object> _ready = [];

    /// <summary>Its name, for people.</summary>
    public string Name => name;

    /// <summary>Its place in the machine.</summary>
    public int Number => number;

    /// <summary>Its clock: the machine's time, with timers that ring in this process.</summary>
    public TimeProvider Time => field ??= new ProcessClock(machine.Clock, this);

    /// <summary>Whether it stands still (SIGSTOP).</summary>
    public bool IsPaused { get; set; }

    /// <summary>Whether it is gone: nothing of it ever runs again.</summary>
    public bool IsDead { get; private set; }

    /// <summary>How many pieces of work could run now.</summary>
    public int Ready => IsPaused ? 0 : _ready.Count;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        IsDead = true;
        _ready.Clear();
    }

    /// <summary>Adds a piece of work that belongs to no task.</summary>
    public void Post(Action work) => Add(work);

    /// <summary>Runs an asynchronous piece of code in it.</summary>
    public Task RunAsync(Func<Task> code) =>
        Task.Factory.StartNew(code, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs one piece of work, out of its turn when <paramref name="choice"/> is not 0.</summary>
    public void RunOne(int choice)
    {
        object work = _ready[choice];
        _ready.RemoveAt(choice);
        if (work is Task task)
        {
            TryExecuteTask(task);
        }
        else
        {
            ((Action)work)();
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => Add(task);

    /// <inheritdoc/>
    /// <remarks>Never: each continuation is a step of its own, before which the process may end.</remarks>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _ready.OfType<Task>();

    private void Add(object work)
    {
        if (machine.IsOnItsThread() && !IsDead)
        {
            _ready.Add(work);
        }
    }
}
