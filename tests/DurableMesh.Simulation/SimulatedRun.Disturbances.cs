using DurableMesh.Simulation.Faults;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Simulation;

/// <content>What befalls the hosts.</content>
internal sealed partial class SimulatedRun
{
    private const int MostHosts = 3;

    // About as many as the next few requests take.
    private const int MostStepsToDeath = 60;

    // Azurite forgets at most so much, and the engine keeps what it wrote for longer than that.
    private static readonly TimeSpan LongestForgotten = TimeSpan.FromSeconds(5);

    // So many checkpoints after that are looked at.
    private const int CopiesAfterForgetting = 3;

    private async Task DisturbAsync()
    {
        foreach (Disturbance disturbance in _scenario.Disturbances)
        {
            await Task.Delay(disturbance.After, _world.Time);
            for (int step = 0; step < disturbance.Steps; step++)
            {
                await Task.Yield();
            }

            await ApplyAsync(disturbance);
        }
    }

    private async Task ApplyAsync(Disturbance disturbance)
    {
        SimulatedHost? host = _hosts.Count == 0 ? null : _hosts[disturbance.Host % _hosts.Count];
        _trace.Say($"disturbance {disturbance.Number}: {disturbance.Kind} for {disturbance.Duration.TotalSeconds:N1} s");
        switch (disturbance.Kind)
        {
            case DisturbanceKind.Crash when host is not null:
                Crash(host, provably: true, disturbance.Duration);
                return;
            case DisturbanceKind.Vanish when host is not null:
                Crash(host, provably: false, disturbance.Duration);
                break;
            case DisturbanceKind.Pause when host is { Process.IsPaused: false }:
                _ = PauseAsync(host, disturbance.Duration);
                break;
            case DisturbanceKind.Stop when host is { IsStopping: false }:
                host.Stop();
                _ = StartLaterAsync(disturbance.Duration);
                break;
            case DisturbanceKind.Join when _hosts.Count < MostHosts:
                StartHost();
                break;
            case DisturbanceKind.Jump:
                _machine.Clock.Pass(disturbance.Duration.Ticks);
                break;
            case DisturbanceKind.Outage:
                _weather.GoAway(disturbance.Duration);
                break;
            case DisturbanceKind.Slowness:
                _weather.SlowDown(disturbance.Duration);
                break;
            case DisturbanceKind.Forget:
                await ForgetAsync(disturbance);
                return;
            case DisturbanceKind.FullDisk:
                await FillDiskAsync(disturbance);
                return;
            default:
                return;
        }

        _faults.Add(disturbance.Kind.ToString());
    }

    private void CheckpointCounts(InMemoryHubConnection author)
    {
        _ = _world.RunAsync(CheckCopyAsync);
        if (!_weather.IsCalm && _scenario.CrashAfterCheckpoint > 0 && _fate.Chance(_scenario.CrashAfterCheckpoint)
            && _hosts.Find(host => host.Connection == author) is { } doomed)
        {
            doomed.DiesAt ??= _machine.Steps + _fate.Below(MostStepsToDeath);
        }
    }

    private async Task PauseAsync(SimulatedHost host, TimeSpan duration)
    {
        host.Process.IsPaused = true;
        await Task.Delay(duration, _world.Time);
        host.Process.IsPaused = false;
        _trace.Say($"{host.Process.Name} goes on");
    }

    /// <summary>
    /// The storage forgets what its owner can write again. Until that has done so nothing else goes wrong: an owner that dies now
    /// takes with it what was acknowledged, and nobody can help that.
    /// </summary>
    private async Task ForgetAsync(Disturbance disturbance)
    {
        if (_scenario.ForgetsInCheckpoints)
        {
            await Task.WhenAny(_weather.SlowDownCheckpoint(), Task.Delay(LongestForgotten, _world.Time));
        }

        if (_hosts is not [{ IsStopping: false, Process.IsPaused: false, DiesAt: null } owner])
        {
            return;
        }

        int young = _auditor.WritesWithin(LongestForgotten);
        int some = young == 0 || _scenario.ForgetsAll ? young : 1 + (int)(disturbance.Duration.Ticks % young);
        await ForgetAsync(owner, young, some);
    }

    /// <summary>
    /// The storage saves nothing for longer than an engine could think it takes, and then comes back as it was before. Nobody but
    /// a witness can see that.
    /// </summary>
    private async Task FillDiskAsync(Disturbance disturbance)
    {
        long begun = _machine.Clock.Now;
        _diskFullSince = _world.Time.GetTimestamp();
        await Task.Delay(disturbance.Duration, _world.Time);
        if (_hosts is [{ IsStopping: false, Process.IsPaused: false } owner])
        {
            int unsaved = _auditor.WritesWithin(TimeSpan.FromTicks(_machine.Clock.Now - begun));
            await ForgetAsync(owner, unsaved, unsaved);
        }

        _diskFullSince = null;
    }

    /// <summary>Until when the storage can be seen to have saved all.</summary>
    private long SavedUntil() => _diskFullSince
        ?? _world.Time.GetTimestamp() - (LongestForgotten.Ticks * _world.Time.TimestampFrequency / TimeSpan.TicksPerSecond);

    private async Task ForgetAsync(SimulatedHost owner, int young, int forgotten)
    {
        if (young == 0 || !OwnsAll(owner) || _weather.IsTearing)
        {
            return;
        }

        _faults.Add(_diskFullSince is null ? "Forget" : "FullDisk");
        _trace.Say($"the storage forgets {forgotten} of {young} young writes");
        _weather.IsCalm = true;
        _storage.Forget(forgotten);
        _auditor.Forgot(forgotten);
        await PokeAsync(owner);
        await UntilAsync(() => _auditor.IsWhole(_storage), "what a storage forgot is written again");
        _weather.IsCalm = false;
        _copies = _scenario.ForgetsInCheckpoints ? CopiesAfterForgetting : 0;
    }

    /// <summary>Whether a host owns all partitions and has read them.</summary>
    private bool OwnsAll(SimulatedHost host) => host.Hub.Term is not null && Enumerable
        .Range(0, _scenario.Options.PartitionCount)
        .All(number => _auditor.OwnerOf(number) == host.Connection);

    /// <summary>Lets each partition write something.</summary>
    private async Task PokeAsync(SimulatedHost owner)
    {
        for (int partition = 0; partition < _scenario.Options.PartitionCount; partition++)
        {
            string id = Enumerable.Range(0, int.MaxValue).Select(n => $"poke{n}").First(
                poke => Routing.NumberFor(poke, _scenario.Options.PartitionCount) == partition);
            await RaiseAsync(owner, id, Scenario.EventNames[0]);
        }
    }

    private Task<bool> RaiseAsync(SimulatedHost host, string instance, string name)
    {
        var raise = new ClientOperation(-1, 0, OperationKind.Raise, instance, TimeSpan.Zero, 0);
        return AskAsync(host, raise with { EventName = name, EventId = $"f{_fillers++}" });
    }

    private Task<bool> AskAsync(SimulatedHost host, ClientOperation operation) => _client.AskAsync(host, operation);

    private async Task UntilAsync(Func<bool> condition, string invariant)
    {
        long start = _machine.Clock.Now;
        while (!condition())
        {
            if (_machine.Clock.Now - start > LongestSettling.Ticks)
            {
                _violations.Report(invariant, $"it was not after {LongestSettling.TotalHours:N0} h");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), _world.Time);
        }
    }
}
