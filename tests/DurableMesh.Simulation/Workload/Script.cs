namespace DurableMesh.Simulation.Workload;

/// <summary>
/// A program for the orchestrator of the simulation, which is also its state: it travels through continue-as-new with all that it
/// has reported so far.
/// </summary>
/// <param name="Name">Unique for each start that a client or a parent asks for.</param>
/// <param name="Steps">What it does.</param>
/// <param name="Throws">Whether it ends with an exception.</param>
internal sealed record Script(string Name, IReadOnlyList<Step> Steps, bool Throws)
{
    /// <summary>The step that this generation begins with.</summary>
    public int Next { get; init; }

    /// <summary>What the steps before have reported.</summary>
    public IReadOnlyList<string> Report { get; init; } = [];
}

/// <summary>One step of a <see cref="Script"/>.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Name">The event's name, or the target instance.</param>
/// <param name="Milliseconds">How long an activity or a timer takes.</param>
/// <param name="Count">How often an activity fails, or how many run side by side.</param>
/// <param name="Child">The sub-orchestration's program.</param>
internal sealed record Step(StepKind Kind, string? Name = null, int Milliseconds = 0, int Count = 0, Script? Child = null);

/// <summary>What a step does, and what it reports.</summary>
internal enum StepKind
{
    /// <summary>Waits for an event; reports its id.</summary>
    Wait,

    /// <summary>Waits for an event or a timer; reports the event's id, or that time was over.</summary>
    Race,

    /// <summary>Calls an activity, again when it fails; reports its result, or its failure.</summary>
    Activity,

    /// <summary>Calls several activities at once; reports all results.</summary>
    Fan,

    /// <summary>Sleeps; reports whether it woke early.</summary>
    Timer,

    /// <summary>Runs a sub-orchestration; reports what it returned.</summary>
    Child,

    /// <summary>Sends an event to another instance; reports the event's id.</summary>
    Send,

    /// <summary>Continues as new.</summary>
    Again,

    /// <summary>Sets the custom status to how much was reported.</summary>
    Status,
}

/// <summary>What the simulation's activity is called with.</summary>
/// <param name="Key">Comes back as the result.</param>
/// <param name="Milliseconds">How long it takes.</param>
/// <param name="Failures">How many of its first runs fail.</param>
internal sealed record Work(string Key, int Milliseconds, int Failures);
