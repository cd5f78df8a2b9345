using DurableMesh.Core.Events;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;

namespace DurableMesh.Tests.Functions.Events.Sinks;

/// <summary>A sink that remembers what it was told, and answers as a test says.</summary>
internal sealed class ScriptedSink : IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<string> _taken = [];
    private int _attempts;

    public Func<MeshEvent, SinkAnswer> Answer { get; set; } = _ => SinkAnswer.Taken;

    public string Id => "scripted";

    public string Address => "nowhere";

    public EventFilter Filter { get; init; } = new() { Types = ["mesh.message.*"] };

    public EventCursor? From { get; init; } = EventCursor.Beginning;

    public int Attempts => Volatile.Read(ref _attempts);

    public IReadOnlyList<string> Taken
    {
        get
        {
            lock (_gate)
            {
                return [.. _taken];
            }
        }
    }

    public Task<SinkAnswer> TellAsync(StoredEvent happened, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _attempts);
        var answer = Answer(happened.Event);
        if (answer.Failure is null)
        {
            lock (_gate)
            {
                _taken.Add(((MessageHead)happened.Event.Data).MessageId);
            }
        }

        return Task.FromResult(answer);
    }
}
