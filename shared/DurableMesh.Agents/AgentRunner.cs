using System.Net;
using DurableMesh.Agents.Runs;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Agents;

/// <summary>
/// Keeps an agent at its desk: reads its inbox, and has each message answered that gives it the move. Threads go on side by side,
/// one message at a time in each. Nothing that happens to one message ends the runner.
/// </summary>
public sealed class AgentRunner : IDisposable
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);

    private readonly MeshAgentOptions _options;
    private readonly MeshLink _mesh;
    private readonly RetrySignal _retries;
    private readonly Conversation _conversation;
    private readonly InboxLedger _ledger;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Task> _threads = [];

    /// <summary>A runner for an agent.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="handler">What answers.</param>
    /// <param name="client">The mesh.</param>
    /// <param name="home">The agent's folder; the runner does not dispose of it.</param>
    /// <param name="log">Where it says what it does.</param>
    /// <param name="time">The clock by which it waits.</param>
    public AgentRunner(
        MeshAgentOptions options, IAgentHandler handler, MeshClient client, AgentHome home, ILogger log, TimeProvider time)
    {
        (_options, _log, _time) = (options, log, time);
        _mesh = new MeshLink(client, log, time);
        _retries = new RetrySignal(home, time);
        _conversation = new Conversation(options, handler, _mesh, home, _retries, log, time);
        _ledger = new InboxLedger(home.LoadPosition(), home.SavePosition);
    }

    /// <summary>Works until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var look = LookAtDeviceAsync(cancellation);
        try
        {
            for (var worked = false; ;)
            {
                var messages = _ledger.Take(await ReadInboxAsync(cancellation));
                if (worked && messages.Count == 0 && _threads.Values.All(thread => thread.IsCompleted))
                {
                    _options.Resting?.Invoke();
                    worked = false;
                }

                worked |= messages.Count > 0;
                foreach (var message in messages)
                {
                    _threads[message.ThreadId] = AnswerAfterAsync(
                        _threads.GetValueOrDefault(message.ThreadId, Task.CompletedTask), message, cancellation);
                }

                foreach (var (threadId, _) in _threads.Where(thread => thread.Value.IsCompleted).ToList())
                {
                    _threads.Remove(threadId);
                }
            }
        }
        finally
        {
            await Task.WhenAll([look, .. _threads.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _conversation.Dispose();
        _retries.Dispose();
    }

    /// <summary>Says where the registry has the agent on another machine: authority and patterns go by that one.</summary>
    private async Task LookAtDeviceAsync(CancellationToken cancellation)
    {
        try
        {
            var agent = await _mesh.PersistAsync((client, stop) => client.GetAgentAsync(_options.Agent, stop), cancellation);
            if (agent.Device is { } registered && !registered.Equals(_options.Device, StringComparison.OrdinalIgnoreCase))
            {
                AgentLog.OtherDevice(_log, _options.Agent, registered, _options.Device);
            }
        }
        catch (MeshProblemException)
        {
            // The inbox says the same, and matters more.
        }
    }

    private async Task<InboxPage> ReadInboxAsync(CancellationToken cancellation)
    {
        try
        {
            return await _mesh.PersistAsync(
                (client, stop) => client.GetInboxAsync(_options.Agent, _ledger.Position, LongPoll, stop), cancellation);
        }
        catch (MeshProblemException problem) when (_ledger.Position is not null && problem.Status == HttpStatusCode.BadRequest)
        {
            AgentLog.PositionUnknown(_log);
            _ledger.Reset();
            return await ReadInboxAsync(cancellation);
        }
    }

    private async Task AnswerAfterAsync(Task earlier, MessageView message, CancellationToken cancellation)
    {
        await earlier;
        while (true)
        {
            try
            {
                await _conversation.AnswerAsync(message, cancellation);
                _ledger.Finish(message);
                return;
            }
            catch (MeshProblemException gone) when (gone.Status == HttpStatusCode.NotFound)
            {
                _ledger.Finish(message);
                return;
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                AgentLog.RunnerFailed(_log, failure, message.ThreadId, message.Sequence);
                await Task.Delay(AfterFault, _time, cancellation);
            }
        }
    }
}
