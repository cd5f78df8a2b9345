using DurableMesh.Simulation.Invariants;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;

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
            SimulatedHost owner = _hosts.FirstOrDefault(host => host.Hub.Term is not null && !host.IsStopping && !host.Process.IsPaused)
                ?? _hosts.FirstOrDefault(host => !host.IsStopping && !host.Process.IsPaused)
                ?? StartHost();
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
                "everything comes to its end", $"{instance.Id} is still {instance.Now.Status} and waits for: {instance.WaitsFor}");
        }

        _hub.CheckNothingIsUnderWay();
    }

    /// <summary>What a fresh host makes of the storage is what was durable.</summary>
    private async Task CheckRecoveryAsync()
    {
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
