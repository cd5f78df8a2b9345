using DurableMesh.Simulation.Invariants;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Simulation;

/// <content>The peace after the faults, and the last questions.</content>
internal sealed partial class SimulatedRun
{
    // A round of events brings each open instance on by at least one wait, and no script has this many.
    private const int MostRounds = 60;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(20);

    /// <summary>Ends the faults and gives every open instance the events that it may wait for, until all have ended.</summary>
    private async Task SettleAsync()
    {
        _weather.IsCalm = true;
        _trace.Say($"the faults are over");
        foreach (SimulatedHost host in _hosts)
        {
            host.DiesAt = null;
        }

        // What is under way when the last instance ends, such as a message to one that is not in memory, has a round to arrive.
        int quiet = 0;
        for (int round = 0; round < MostRounds && quiet < 2; round++)
        {
            SimulatedHost[] awake = [.. _hosts.Where(host => !host.IsStopping && !host.Process.IsPaused)];
            SimulatedHost owner = Array.Find(awake, host => host.Hub.Term is not null) ?? awake.FirstOrDefault() ?? StartHost();
            string[] open = [.. _hub.Instances.Where(instance => instance.Now.IsOpen).Select(instance => instance.Id)];
            quiet = open.Length == 0 ? quiet + 1 : 0;
            foreach (string id in open)
            {
                await AskAsync(owner, new ClientOperation(-1, 0, OperationKind.Resume, id, TimeSpan.Zero, 0));
                foreach (string name in Scenario.EventNames)
                {
                    await RaiseAsync(owner, id, name);
                    await RaiseAsync(owner, id, name);
                }
            }

            await Task.Delay(Round, _world.Time);
        }

        foreach (ReferenceInstance instance in _hub.Instances.Where(instance => instance.Now.IsOpen))
        {
            _violations.Report(
                "everything comes to its end",
                $"{instance.Id} is still {instance.Now.Status} and waits for: {instance.WaitsFor}");
        }

        _hub.CheckNothingIsUnderWay();
    }

    /// <summary>
    /// A host that begins with the newest checkpoint, if its files are all there, knows every instance that there is now. It runs
    /// over a copy of the storage, beside the others.
    /// </summary>
    private async Task CheckCopyAsync()
    {
        if (_copies == 0 || !_auditor.IsWhole(_storage) || !_auditor.HasCheckpoints(_storage))
        {
            return;
        }

        _copies--;
        string[] existing = [.. _hub.Instances.Where(instance => instance.Now.Exists).Select(instance => instance.Id)];
        var aside = new ReferenceHub(_scenario.Options.PartitionCount, new Violations(), _machine.Clock, new Trace());
        var copy = new SimulatedHost(_machine.Spawn("copy"), _storage.Copy(), _scenario, aside, []);
        _aside.Add(copy);
        _ = copy.RunAsync();
        var known = new HashSet<string>();
        await UntilAsync(() => copy.Hub.Term is not null, "a host becomes the owner of a copy");
        await copy.CallAsync(async () =>
        {
            await foreach (OrchestrationMetadata one in copy.Client.GetAllInstancesAsync())
            {
                known.Add(one.InstanceId);
            }
        });
        copy.Die(provably: true);
        foreach (string id in existing.Where(id => !known.Contains(id)))
        {
            _violations.Report("a checkpoint holds every instance", $"{id} is missing where a host begins with the newest one");
        }
    }

    /// <summary>
    /// The storage forgets what is young, and then its owner is told to stop: it must not leave less than it knows.
    /// </summary>
    private async Task CheckStopAsync()
    {
        SimulatedHost? owner = _hosts.Find(host => host is { IsStopping: false, Process.IsPaused: false } && OwnsAll(host));
        if (owner is null)
        {
            return;
        }

        foreach (SimulatedHost other in _hosts.Where(host => host != owner).ToArray())
        {
            Bury(other, provably: true);
        }

        await PokeAsync(owner);
        int young = OwnsAll(owner) ? _auditor.WritesWithin(LongestForgotten) : 0;
        _trace.Say($"the storage forgets {young} young writes, and {owner.Process.Name} stops");
        _storage.Forget(young);
        _auditor.Forgot(young);
        owner.Stop();
        await UntilAsync(() => !_hosts.Contains(owner), "a host that is told to stop stops");
        _violations.Unless(_auditor.IsWhole(_storage), "a host that stops leaves all that it knows", owner.Process.Name);
    }

    /// <summary>What a fresh host makes of the storage is what was durable.</summary>
    private async Task CheckRecoveryAsync()
    {
        await CheckStopAsync();
        foreach (SimulatedHost host in _hosts.ToArray())
        {
            Bury(host, provably: true);
        }

        SimulatedHost last = StartHost();
        await UntilAsync(() => last.Hub.Term is not null, "a host becomes the owner");
        bool answered = await AskAsync(last, new ClientOperation(-1, 0, OperationKind.List, string.Empty, TimeSpan.Zero, 0));
        _violations.Unless(answered, "a healthy host answers", "the last list was not answered");
    }
}
