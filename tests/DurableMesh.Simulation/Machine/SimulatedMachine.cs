namespace DurableMesh.Simulation.Machine;

/// <summary>
/// Everything that runs in a simulation, on one thread: takes one piece of ready work after the other, which one the seed
/// decides; when nothing is ready, time goes on.
/// </summary>
internal sealed class SimulatedMachine
{
    // Time moves a little with every step, so that no two things happen at one instant.
    private const long StepTicks = 10;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<SimulatedProcess> _processes = [];
    private readonly SeededRandom _random;
    private readonly Trace _trace;
    private readonly double _disorder;

    /// <param name="random">Decides what runs next.</param>
    /// <param name="disorder">How often a piece of work runs out of its turn, 0-1.</param>
    /// <param name="trace">Is told what ran.</param>
    public SimulatedMachine(SeededRandom random, double disorder, Trace trace)
    {
        (_random, _disorder, _trace) = (random, disorder, trace);
        trace.Clock = Clock;
    }

    /// <summary>The time.</summary>
    public VirtualClock Clock { get; } = new();

    /// <summary>How many pieces of work have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Where work came from another thread, which a simulation cannot repeat; null when none did.</summary>
    public string? Leak { get; private set; }

    /// <summary>A new process.</summary>
    public SimulatedProcess Spawn(string name)
    {
        var process = new SimulatedProcess(this, name, _processes.Count);
        _processes.Add(process);
        return process;
    }

    /// <summary>
    /// Runs one piece of work, or lets time pass until there is one; false when nothing will ever happen again.
    /// </summary>
    public bool Step()
    {
        while (Clock.RingNext(Clock.Now))
        {
        }

        _processes.RemoveAll(process => process.IsDead);
        int running = _processes.Count(process => process.Ready > 0);
        if (running == 0)
        {
            return Clock.RingNext(long.MaxValue);
        }

        int skip = running == 1 ? 0 : _random.Below(running);
        SimulatedProcess chosen = _processes[0];
        foreach (SimulatedProcess process in _processes)
        {
            if (process.Ready > 0 && skip-- == 0)
            {
                chosen = process;
                break;
            }
        }

        int choice = chosen.Ready > 1 && _random.Chance(_disorder) ? _random.Below(chosen.Ready) : 0;
        _trace.Mix(Clock.Now);
        _trace.Mix((chosen.Number << 16) + (choice << 8) + chosen.Ready);
        chosen.RunOne(choice);
        Clock.Pass(StepTicks);
        Steps++;
        return true;
    }

    /// <summary>Whether the caller is on the machine's thread; another one is reported as a leak.</summary>
    public bool IsOnItsThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Leak ??= Environment.StackTrace;
            return false;
        }

        return true;
    }
}
