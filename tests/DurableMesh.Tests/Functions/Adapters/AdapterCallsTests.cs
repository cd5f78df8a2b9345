using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;
using DurableMesh.Tests.Agents.AI;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Adapters;

/// <summary>How many calls are made at once, for how long, and when none is.</summary>
public sealed class AdapterCallsTests : IAsyncDisposable, IAdapter
{
    private readonly MeshFixture _mesh = new();
    private readonly FakeTimeProvider _time = new();
    private readonly AdapterCalls _calls;
    private Func<AdapterCall, CancellationToken, Task<AdapterAnswer>> _agent = (_, _) => Task.FromResult(Done);
    private readonly TaskCompletionSource _gate = new();
    private int _made;

    public AdapterCallsTests() => _calls = new AdapterCalls(
        [this],
        Options.Create(new MeshOptions
        {
            Responder = { MaxCalls = 3, MaxCallsPerAgent = 2, BreakAfter = 3, BreakFor = TimeSpan.FromMinutes(1) },
        }),
        _mesh.Reaches,
        _time);

    AdapterKind IAdapter.Kind => AdapterKind.Chat;

    private static AdapterAnswer Done { get; } = new(new RunEnd.Done(), AgentReply.Of(MessageKind.Answer, "yes"));

    Usage? IAdapter.WorstCase(AdapterCall call) => new() { Model = "m", OutputTokens = 9 };

    Task<AdapterAnswer> IAdapter.AskAsync(AdapterCall call, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _made);
        return _agent(call, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        _calls.Dispose();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task Only_so_many_calls_are_made_at_once_of_one_agent_and_in_all()
    {
        var gate = _gate;
        _agent = async (_, _) =>
        {
            await gate.Task;
            return Done;
        };
        Task<AdapterAnswer>[] asked =
        [
            .. Enumerable.Range(0, 3).Select(_ => AskAsync("one")), .. Enumerable.Range(0, 3).Select(_ => AskAsync("other")),
        ];

        Assert.Equal(3, Volatile.Read(ref _made));
        gate.SetResult();
        Assert.All(await Task.WhenAll(asked), answer => Assert.Same(Done, answer));
        Assert.Equal(6, _made);
    }

    [Fact]
    public async Task A_call_ends_with_its_time_and_counts_at_its_worst()
    {
        _agent = async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return Done;
        };
        var asked = AskAsync("one");
        _time.Advance(new ResponderOptions().Timeout);
        var answer = await asked;

        Assert.IsType<RunEnd.Later>(answer.End);
        Assert.Equal(9, answer.Spent!.OutputTokens);
    }

    [Fact]
    public async Task An_agent_that_fails_on_end_is_not_called_for_a_while_and_the_mesh_says_so()
    {
        _agent = (_, _) => Task.FromResult(new AdapterAnswer(new RunEnd.Later("It answers 500.")));
        for (var call = 0; call < 3; call++)
        {
            await AskAsync("one");
        }

        Assert.Equal("It answers 500.", (await _mesh.Reaches.ReadAsync(default)).Find("one")?.Why);
        var left = Assert.IsType<RunEnd.Later>((await AskAsync("one")).End);
        Assert.Equal((3, TimeSpan.FromMinutes(1)), (_made, left.After));
        _agent = (_, _) => Task.FromResult(Done);
        Assert.Same(Done, await AskAsync("other"));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(Done, await AskAsync("one"));
        Assert.Null((await _mesh.Reaches.ReadAsync(default)).Find("one"));
    }

    [Fact]
    public async Task Answers_of_the_wrong_form_do_not_make_an_agent_unreachable()
    {
        _agent = (_, _) => Task.FromResult(new AdapterAnswer(new RunEnd.Refused("bad_reply", "no JSON")));
        for (var call = 0; call < 10; call++)
        {
            await AskAsync("one");
        }

        Assert.Equal(10, _made);
        Assert.Null((await _mesh.Reaches.ReadAsync(default)).Find("one"));
    }

    private Task<AdapterAnswer> AskAsync(string agent)
    {
        var view = new AgentView
        {
            Id = agent,
            Company = "proveo",
            Enabled = true,
            Adapter = new AgentAdapter { Kind = AdapterKind.Chat, Provider = "p" },
        };
        var submission = Sample.Message(MessageKind.Submission, 2);
        var turn = new AgentTurn(Sample.Thread(), FakeRun.Brief, submission, [submission]);
        return _calls.AskAsync(
            new AdapterCall(view, turn, [FakeRun.Brief, submission], "key"), TestContext.Current.CancellationToken);
    }
}
