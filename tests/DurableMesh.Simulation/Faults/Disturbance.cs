namespace DurableMesh.Simulation.Faults;

/// <summary>Something that befalls a host, or all of them, at a moment.</summary>
/// <param name="Number">Its place in the scenario, by which it can be left out.</param>
/// <param name="Kind">What.</param>
/// <param name="After">How long after the disturbance before it.</param>
/// <param name="Steps">How many steps of the machine after that: the await that it hits.</param>
/// <param name="Host">Chooses the host.</param>
/// <param name="Duration">How long it lasts, where it does.</param>
internal sealed record Disturbance(int Number, DisturbanceKind Kind, TimeSpan After, int Steps, int Host, TimeSpan Duration);

/// <summary>The kinds of disturbance.</summary>
internal enum DisturbanceKind
{
    /// <summary>A host's process dies (SIGKILL), and another one is started some time later.</summary>
    Crash,

    /// <summary>A host's machine is gone: nobody can prove its process dead, and its leases must run out.</summary>
    Vanish,

    /// <summary>A host stands still for a while (SIGSTOP and SIGCONT).</summary>
    Pause,

    /// <summary>A host is told to stop.</summary>
    Stop,

    /// <summary>One more host is started.</summary>
    Join,

    /// <summary>The clock jumps forward.</summary>
    Jump,

    /// <summary>The storage does not answer for a while.</summary>
    Outage,

    /// <summary>The storage answers late for a while.</summary>
    Slowness,

    /// <summary>The storage forgets its last writes.</summary>
    Forget,

    /// <summary>The storage's disk is full: it acknowledges for a while and saves nothing, then forgets all of that.</summary>
    FullDisk,
}
