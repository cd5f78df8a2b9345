using DurableMesh.Simulation.Faults;
using DurableMesh.Simulation.Invariants;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Simulation;

/// <summary>
/// One run of a scenario: hosts over one storage, clients that ask, disturbances that befall them; then peace, in which all that
/// was begun must come to its end.
/// </summary>
internal sealed partial class SimulatedRun
{
    private static readonly TimeSpan LongestSettling = TimeSpan.FromHours(1);

    private readonly Scenario _scenario;
    private readonly Trace _trace;
    private readonly FaultCount _faults = new();
    private readonly Violations _violations = new();
    private readonly SimulatedMachine _machine;
    private readonly SimulatedProcess _world;
    private readonly ReferenceHub _hub;
    private readonly LogAuditor _auditor;
    private readonly InMemoryHubStorage _storage;
    private readonly StorageWeather _weather;
    private readonly SimulatedClient _client;
    private readonly SeededRandom _fate;
    private readonly List<SimulatedHost> _hosts = [];
    private readonly List<SimulatedHost> _aside = [];
    private readonly Dictionary<string, int> _activityRuns = [];
    private int _started;
    private int _fillers;
    private int _copies;
    private long? _diskFullSince;
    private bool _isSettled;
    private bool _isOver;

    private SimulatedRun(Scenario scenario, int traceLines)
    {
        _scenario = scenario;
        _trace = new Trace(traceLines);
        _machine = new SimulatedMachine(new SeededRandom(scenario.Seed, stream: 2), scenario.Disorder, _trace);
        _world = _machine.Spawn("world");
        _hub = new ReferenceHub(scenario.Options.PartitionCount, _violations, _machine.Clock, _trace);
        _auditor = new LogAuditor(_hub, _violations, _machine.Clock, _trace) { CheckpointCounts = CheckpointCounts };
        _fate = new SeededRandom(scenario.Seed, stream: 6);
        _storage = new InMemoryHubStorage(_world.Time)
        {
            LeaseDuration = scenario.LeaseDuration,
            MaximumBlockBytes = scenario.BlockBytes,
            MaximumBlocksPerSegment = scenario.SegmentBlocks,
            ServiceBlockLimit = scenario.ServiceBlocks,
            Witness = _auditor,
            SavedUntil = scenario.ShowsSaves ? SavedUntil : null,
        };
        _weather = new StorageWeather(scenario.Mood, new SeededRandom(scenario.Seed, stream: 3), _machine, _faults, _trace)
        {
            OwnershipEnds = _auditor.OwnershipEnds,
        };
        _client = new SimulatedClient(_hub, _trace);
    }

    /// <summary>Runs a scenario to its end, or to the first violation.</summary>
    /// <param name="scenario">What happens.</param>
    /// <param name="traceLines">How many of the last lines of the trace to keep.</param>
    public static RunResult Of(Scenario scenario, int traceLines = 0) => new SimulatedRun(scenario, traceLines).Run();

    private RunResult Run()
    {
        Task all = _world.RunAsync(DirectAsync);
        while (!_isOver
            && _violations.First is null
            && _machine.Leak is null
            && _machine.Steps < _scenario.MostSteps
            && _machine.Step())
        {
            foreach (SimulatedHost doomed in _hosts)
            {
                if (doomed.DiesAt <= _machine.Steps)
                {
                    Crash(doomed, provably: true, TimeSpan.FromSeconds(1));
                    break;
                }
            }
        }

        _hosts.ForEach(host => host.Dispose());
        _aside.ForEach(host => host.Dispose());
        if (_machine.Leak is { } leak)
        {
            _violations.Report("everything runs on one thread", leak);
        }
        else if (all.Exception is { } error)
        {
            _violations.Report("the simulation runs", error.ToString());
        }
        else if (!_isOver)
        {
            _violations.Report(
                "everything comes to its end", $"after {_machine.Steps:N0} steps it had not, or nothing was left to happen");
        }

        return new RunResult(
            _violations.First, _trace.Hash, _machine.Clock.Elapsed, _machine.Steps, _hub.Moment, _faults, _trace.Lines);
    }

    private async Task DirectAsync()
    {
        for (int number = 0; number < _scenario.Hosts; number++)
        {
            StartHost();
        }

        IEnumerable<Task> clients = _scenario.Operations.GroupBy(operation => operation.Client).Select(AskAllAsync);
        await Task.WhenAll([DisturbAsync(), .. clients]);
        await SettleAsync();
        _isSettled = true;
        await CheckRecoveryAsync();
        _isOver = true;
    }

    private async Task AskAllAsync(IEnumerable<ClientOperation> operations)
    {
        foreach (ClientOperation operation in operations)
        {
            await Task.Delay(operation.Pause, _world.Time);
            if (_hosts.Count > 0)
            {
                await _client.AskAsync(_hosts[operation.Host % _hosts.Count], operation);
            }
        }
    }

    private SimulatedHost StartHost()
    {
        SimulatedProcess process = _machine.Spawn($"h{++_started}");
        var host = new SimulatedHost(process, _storage, _scenario, _hub, _activityRuns);
        host.Connection.Faults = call => _weather.Decide(host, call);
        _hosts.Add(host);
        _trace.Say($"{process.Name} starts");
        _ = _world.RunAsync(() => WatchAsync(host));
        return host;
    }

    /// <summary>A host ends only when it was told to.</summary>
    private async Task WatchAsync(SimulatedHost host)
    {
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException) when (host.IsStopping)
        {
            // Told to stop while it waited for the leases.
        }
        catch (Exception error)
        {
            string why = string.Join('\n', error.ToString().Split('\n').Take(6));
            _violations.Report("a host goes on until it is told to stop", $"{host.Process.Name} gave up: {why}");
        }

        Bury(host, provably: true);
    }

    private void Bury(SimulatedHost host, bool provably)
    {
        if (_hosts.Remove(host))
        {
            _trace.Say($"{host.Process.Name} is gone");
            host.Die(provably);
            host.Dispose();
        }
    }

    private void Crash(SimulatedHost host, bool provably, TimeSpan restart)
    {
        _faults.Add("Crash");
        Bury(host, provably);
        _ = _world.RunAsync(() => StartLaterAsync(restart));
    }

    private async Task StartLaterAsync(TimeSpan delay)
    {
        await Task.Delay(delay, _world.Time);
        if (!_isSettled && _hosts.Count < MostHosts)
        {
            StartHost();
        }
    }
}
