using DurableMesh.Core.Agents;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions.Responder;

/// <summary>Which delivered messages the mesh sets out to answer.</summary>
public sealed class ResponderWatchTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new();
    private readonly Mock<IEventFeed> _feed = new();
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly FakeTimeProvider _time = new();
    private readonly List<ReplyTo> _started = [];

    public ResponderWatchTests()
    {
        _client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .Returns((TaskName _, object input, StartOrchestrationOptions start, CancellationToken _) =>
            {
                var to = (ReplyTo)input;
                Assert.Equal(ReplyOrchestrator.InstanceOf(to), start.InstanceId);
                _started.Add(to);
                return Task.FromResult(start.InstanceId!);
            });
        _feed.Setup(one => one.NextChange(It.IsAny<EventFilter>())).Returns(() =>
        {
            // Nothing more comes, and the time is up.
            _time.Advance(TimeSpan.FromMinutes(1));
            return Task.CompletedTask;
        });
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_message_is_answered_that_hands_the_move_to_an_agent_that_the_mesh_calls()
    {
        var registry = await _mesh.Agents.ReadAsync(default);
        foreach (var (id, enabled) in new[] { (SampleThread.Verifier, true), ("vizu-builder", false) })
        {
            var agent = registry.Find(id)! with
            {
                Adapter = new AgentAdapter { Kind = AdapterKind.Chat, Provider = "p" },
                Model = "m",
                Enabled = enabled,
            };
            await _mesh.Agents.ChangeAsync(new PutAgent(agent, null), "test", default);
        }

        await WatchAsync(
            Head("t-1", 1, SampleThread.Verifier, SampleThread.Builder, MessageKind.Brief, handsOver: false),
            Head("t-2", 1, SampleThread.Builder, SampleThread.Verifier, MessageKind.Brief, handsOver: false),
            Head("t-3", 2, SampleThread.Builder, SampleThread.Verifier, MessageKind.Submission),
            Head("t-4", 3, SampleThread.Builder, SampleThread.Verifier, MessageKind.Note, handsOver: false),
            Head("t-5", 3, SampleThread.Verifier, SampleThread.Builder, MessageKind.Verdict),
            Head("t-6", 2, SampleThread.Builder, "vizu-builder", MessageKind.Question),
            Head("t-7", 2, SampleThread.Builder, "nobody", MessageKind.Question));

        Assert.Equal([new ReplyTo("t-1", 1, SampleThread.Verifier), new ReplyTo("t-3", 2, SampleThread.Verifier)], _started);
    }

    [Theory]
    [InlineData("""{"acknowledge":true}""", true)]
    [InlineData("""{"acknowledge":false}""", false)]
    [InlineData("\"acknowledge\"", false)]
    public async Task A_sign_of_life_is_given_for_an_agent_that_comes_by_itself(string body, bool given)
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, SampleThread.MessageOf("q-1", SampleThread.Builder, MessageKind.Question) with
        {
            Body = JsonText.Parse(System.Text.Encoding.UTF8.GetBytes(body)),
        });

        await WatchAsync(Head(id, 2, SampleThread.Builder, SampleThread.Verifier, MessageKind.Question));

        Assert.Equal(given ? [new ReplyTo(id, 2, SampleThread.Verifier)] : [], _started);
    }

    [Fact]
    public async Task What_waits_for_an_agent_is_answered_wherever_it_has_the_move()
    {
        string[] threads = [await _mesh.StartedAsync(), await _mesh.StartedAsync(), await _mesh.StartedAsync()];
        foreach (var thread in threads[1..])
        {
            await _mesh.SendAsync(thread, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));
            await _mesh.SendAsync(thread, SampleThread.MessageOf("b-2", SampleThread.Builder, MessageKind.Note));
        }

        await _mesh.SendAsync(threads[2], SampleThread.MessageOf("v-1", SampleThread.Verifier, MessageKind.Question));
        var watch = Activities();

        await watch.StartWaitingReplies(new WaitingFor(SampleThread.Verifier, IsChanged: true), _client.Object, default);
        Assert.Empty(_started);
        foreach (var id in (string[])[SampleThread.Verifier, SampleThread.Builder])
        {
            var agent = (await _mesh.Agents.ReadAsync(default)).Find(id)! with
            {
                Adapter = new AgentAdapter { Kind = AdapterKind.Chat, Provider = "p" },
                Model = "m",
            };
            await _mesh.Agents.ChangeAsync(new PutAgent(agent, null), "test", default);
        }

        await watch.StartWaitingReplies(new WaitingFor(SampleThread.Verifier, IsChanged: true), _client.Object, default);
        Assert.Equal([new ReplyTo(threads[1], 2, SampleThread.Verifier)], _started);
        _started.Clear();
        await watch.StartWaitingReplies(new WaitingFor(SampleThread.Builder, IsChanged: true), _client.Object, default);
        Assert.Equal(
            [new ReplyTo(threads[2], 4, SampleThread.Builder), new ReplyTo(threads[0], 1, SampleThread.Builder)], _started);
    }

    private async Task WatchAsync(params MessageHead[] heads)
    {
        var next = EventCursor.Beginning with { Store = 7 };
        FedEvent[] events = [.. heads.Select(head => new FedEvent(next, new StoredEvent(new MeshEvent
        {
            Id = head.MessageId,
            Source = "/threads",
            Type = EventTypes.MessageDelivered,
            Subject = head.McTask,
            Time = DateTimeOffset.UnixEpoch,
            ThreadId = head.McTask,
            Data = head,
        })))];
        _feed.Setup(one => one.ReadAsync(
                EventCursor.Beginning, It.IsAny<EventFilter>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new EventPage(events, next, IsLast: true));
        Assert.Equal(next, await Activities().StartReplies(EventCursor.Beginning, _client.Object, default));
    }

    private ResponderActivities Activities() => new(
        _feed.Object,
        _mesh.Agents,
        _mesh.Log,
        new TaskHubCalls(Options.Create(new DurableMesh.Functions.MeshOptions()), TimeProvider.System),
        _time,
        NullLogger<ResponderActivities>.Instance);

    // The thread's id stands in the task's, for the event's envelope.
    private static MessageHead Head(
        string threadId, int sequence, string from, string to, MessageKind kind, bool handsOver = true) => new()
        {
            Sequence = sequence,
            MessageId = $"m-{sequence}",
            From = from,
            To = to,
            Kind = kind,
            HandsOver = handsOver,
            Checks = 0,
            Artifacts = 0,
            Body = new BodyRef(new string('0', 64), 20),
            McTask = threadId,
        };
}
