using DurableMesh.Simulation.Machine;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Simulation.Invariants;

/// <summary>
/// What the hub is, going by what is durable and by nothing else: a simple model that the engine's answers are held against. Each
/// fact that it takes in is also checked against what came before.
/// </summary>
internal sealed class ReferenceHub(int partitions, Violations violations, VirtualClock clock, Trace trace)
{
    // Facts with whole scripts in them are long.
    private const int LongestFact = 240;

    private readonly SortedDictionary<string, ReferenceInstance> _instances = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Source, int Destination), long> _sent = [];
    private readonly Dictionary<(int Source, int Destination), long> _received = [];
    private readonly Dictionary<int, long> _lastHeld = [];
    private readonly HashSet<(int Partition, long Number)> _held = [];
    private readonly Dictionary<string, int> _raised = [];
    private readonly Dictionary<string, SentEvent> _sentEvents = [];
    private readonly Dictionary<(string Sender, string Target), int> _lastArrived = [];
    private readonly HashSet<(string Instance, string Key)> _calls = [];
    private readonly Dictionary<InMemoryHubConnection, string> _names = [];
    private int _sends;

    /// <summary>Counts the facts: the model's clock.</summary>
    public long Moment { get; private set; }

    /// <summary>All instances that were ever heard of.</summary>
    public IReadOnlyCollection<ReferenceInstance> Instances => _instances.Values;

    /// <summary>The time.</summary>
    public VirtualClock Clock => clock;

    /// <summary>Takes the violations.</summary>
    public Violations Violations => violations;

    /// <summary>How many instances were purged so far.</summary>
    public int Purges { get; private set; }

    /// <summary>Gives a host its name, for people.</summary>
    public void Introduce(InMemoryHubConnection host, string name) => _names[host] = name;

    /// <summary>A host's name.</summary>
    public string NameOf(InMemoryHubConnection host) => _names[host];

    /// <summary>An instance, which need not exist.</summary>
    public ReferenceInstance Instance(string id)
    {
        if (!_instances.TryGetValue(id, out ReferenceInstance? instance))
        {
            _instances.Add(id, instance = new ReferenceInstance(id, this));
        }

        return instance;
    }

    /// <summary>A client is about to raise an event, once.</summary>
    public void Raising(string eventId) => _raised[eventId] = _raised.GetValueOrDefault(eventId) + 1;

    /// <summary>A fact became durable.</summary>
    public void Happened(int partition, string id, HistoryEvent fact)
    {
        Moment++;
        trace.Say($"    {id}: {fact,LongestFact}");
        violations.Unless(
            Routing.NumberFor(id, partitions) == partition,
            "an instance has one partition",
            $"{id} has facts in partition {partition}");
        Instance(id).Apply(fact);
    }

    /// <summary>That an instance was purged became durable.</summary>
    public void Purged(string id)
    {
        Moment++;
        Purges++;
        trace.Say($"    {id}: purged");
        Instance(id).Purge();
    }

    /// <summary>That an orchestration called an activity became durable.</summary>
    public void Called(string instance, string key) => _calls.Add((instance, key));

    /// <summary>An activity starts.</summary>
    public void Runs(string instance, string key) => violations.Unless(
        _calls.Contains((instance, key)),
        "an activity starts after the commit of its call",
        $"'{key}' of {instance} starts, and no commit holds its call");

    /// <summary>That an orchestration sent an event became durable.</summary>
    public void Sent(string sender, string target, string eventId) => _sentEvents[eventId] =
        new SentEvent(sender, target, _sends++, Moment, _sentEvents.GetValueOrDefault(eventId)?.Arrivals ?? 0);

    /// <summary>That an event arrived at an instance became durable.</summary>
    public void Arrived(string target, string eventId)
    {
        if (_sentEvents.TryGetValue(eventId, out SentEvent? sent))
        {
            (string Sender, string Target) way = (sent.Sender, target);
            violations.Unless(
                sent.Order > _lastArrived.GetValueOrDefault(way, -1),
                "events of one sender keep their order",
                $"'{eventId}' arrived at {target} late, or twice");
            _lastArrived[way] = sent.Order;
            sent.Arrivals++;
            return;
        }

        int left = _raised.GetValueOrDefault(eventId) - 1;
        violations.Unless(
            left >= 0, "an event is applied once", $"'{eventId}' arrived at {target} more often than it was raised");
        _raised[eventId] = left;
    }

    /// <summary>That a message was sent became durable.</summary>
    public void MessageSent(int source, int destination, long number)
    {
        long last = _sent.GetValueOrDefault((source, destination));
        violations.Unless(
            number == last + 1,
            "message numbers have no gaps",
            $"partition {source} sent message {number} to {destination} after {last}");
        _sent[(source, destination)] = number;
    }

    /// <summary>That a message was taken in became durable.</summary>
    public void MessageReceived(int destination, int source, long number)
    {
        long last = _received.GetValueOrDefault((source, destination));
        violations.Unless(
            number == last + 1,
            "a message is taken in once",
            $"partition {destination} took in message {number} of {source} after {last}");
        violations.Unless(
            number <= _sent.GetValueOrDefault((source, destination)),
            "a message leaves after the commit of its cause",
            $"partition {destination} took in message {number} of {source}, which no commit holds");
        _received[(source, destination)] = number;
    }

    /// <summary>That a destination has taken in messages became known to the source.</summary>
    public void MessagesAcknowledged(int source, int destination, long number) => violations.Unless(
        number <= _received.GetValueOrDefault((source, destination)),
        "a message is acknowledged after it was taken in",
        $"partition {source} holds message {number} to {destination} for acknowledged");

    /// <summary>That a message waits for its instance to come back became durable.</summary>
    public void MessageHeld(int partition, long number)
    {
        long last = _lastHeld.GetValueOrDefault(partition);
        violations.Unless(
            number == last + 1, "message numbers have no gaps", $"partition {partition} held message {number} after {last}");
        _lastHeld[partition] = number;
        _held.Add((partition, number));
    }

    /// <summary>That a message does not wait any more became durable.</summary>
    public void MessageReleased(int partition, long number) => violations.Unless(
        _held.Remove((partition, number)),
        "a held message is released once",
        $"partition {partition} released message {number}, which it does not hold");

    /// <summary>At the end, when nothing is under way any more: everything that was sent has arrived.</summary>
    public void CheckNothingIsUnderWay()
    {
        foreach (((int source, int destination), long number) in _sent)
        {
            long received = _received.GetValueOrDefault((source, destination));
            violations.Unless(
                received == number,
                "every message arrives",
                $"partition {source} sent {number} messages to {destination}, of which {received} arrived");
        }

        foreach ((int partition, long number) in _held)
        {
            violations.Report(
                "every message arrives", $"partition {partition} still holds message {number} for an instance that was away");
        }

        foreach ((string id, SentEvent sent) in _sentEvents)
        {
            violations.Unless(
                sent.Arrivals > 0 || Instance(sent.Target).Since(sent.Moment).Any(version => version.IsEnded),
                "no event is lost",
                $"'{id}' was sent to {sent.Target} and did not arrive, and {sent.Target} was never at its end");
        }
    }

    private sealed record SentEvent(string Sender, string Target, int Order, long Moment, int Before)
    {
        public int Arrivals { get; set; } = Before;
    }
}
