using DurableMesh.Simulation.Machine;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Simulation.Faults;

/// <summary>Decides for each call on the storage how long it takes and what goes wrong with it.</summary>
internal sealed class StorageWeather(
    StorageMood mood, SeededRandom random, SimulatedMachine machine, FaultCount count, Trace trace)
{
    // Each block is longer (a frame's header alone is), so that a torn append is never a whole one.
    private const int LongestTorn = 20;

    private static readonly TimeSpan LongCall = TimeSpan.FromSeconds(2);

    private long _awayUntil;
    private long _slowUntil;
    private long _tearsUntil = -1;
    private TaskCompletionSource? _slowCheckpoint;

    /// <summary>Whether nothing goes wrong any more; calls still take their time.</summary>
    public bool IsCalm { get; set; }

    /// <summary>
    /// Whether an append is under way that will be cut short. It would die with the storage that forgets, and cannot land in the
    /// one that comes up.
    /// </summary>
    public bool IsTearing => machine.Clock.Now <= _tearsUntil;

    /// <summary>Called when the lease of a partition will be taken away, or is about to be given up.</summary>
    public required Action<int> OwnershipEnds { get; init; }

    /// <summary>The storage does not answer for a while.</summary>
    public void GoAway(TimeSpan duration) => _awayUntil = machine.Clock.Now + duration.Ticks;

    /// <summary>The storage answers late for a while.</summary>
    public void SlowDown(TimeSpan duration) => _slowUntil = machine.Clock.Now + duration.Ticks;

    /// <summary>The next checkpoint file that is written takes long. Returns when that has begun.</summary>
    public Task SlowDownCheckpoint() => (_slowCheckpoint ??= new TaskCompletionSource()).Task;

    /// <summary>What becomes of one call of a host.</summary>
    public StorageFault Decide(SimulatedHost host, StorageCall call)
    {
        if (call.Operation is StorageOperation.ReleaseLease)
        {
            OwnershipEnds(call.Partition);
        }

        StorageFault fault = IsCalm ? StorageFault.None : Choose(host, call);
        TimeSpan delay = Delay();
        if (call.Operation is StorageOperation.WriteCheckpointFile && _slowCheckpoint is { } begun)
        {
            _slowCheckpoint = null;
            delay += LongCall;
            begun.SetResult();
        }
        else if (call.Operation is StorageOperation.ReadCheckpointFile
            && !IsCalm
            && mood.SlowRead > 0
            && random.Chance(mood.SlowRead))
        {
            delay += LongCall;
        }

        if (fault.Outcome is FaultOutcome.Tear)
        {
            _tearsUntil = Math.Max(_tearsUntil, machine.Clock.Now + delay.Ticks);
        }

        if (fault.Outcome is not FaultOutcome.Success)
        {
            count.Add(fault.Outcome.ToString());
            trace.Say(
                $"{host.Process.Name}: {call.Operation} {call.Number} of partition {call.Partition} meets {fault.Outcome} "
                + $"in {delay.TotalMilliseconds:N1} ms");
        }

        return delay > TimeSpan.Zero ? fault.After(delay) : fault;
    }

    private StorageFault Choose(SimulatedHost host, StorageCall call)
    {
        if (random.Chance(mood.Crash))
        {
            host.DiesAt ??= machine.Steps + random.Below(6);
        }

        if (machine.Clock.Now < _awayUntil || random.Chance(mood.FailBefore))
        {
            return StorageFault.FailBefore;
        }

        if (random.Chance(mood.FailAfter))
        {
            return StorageFault.FailAfter;
        }

        if (call.Operation is StorageOperation.Append && random.Chance(mood.Tear))
        {
            return StorageFault.Tear(random.Between(1, LongestTorn));
        }

        if (call.Partition >= 0 && random.Chance(mood.LoseLease))
        {
            OwnershipEnds(call.Partition);
            return StorageFault.LoseLease;
        }

        return StorageFault.None;
    }

    private TimeSpan Delay()
    {
        if (!IsCalm && machine.Clock.Now < _slowUntil)
        {
            count.Add("Slow");
            return TimeSpan.FromMilliseconds(random.Below(4_000));
        }

        return random.Chance(0.3) ? TimeSpan.Zero : mood.Latency * (random.Below(1_000) / 1_000.0);
    }
}
