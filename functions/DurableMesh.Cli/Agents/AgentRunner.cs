using System.Net;
using System.Runtime.ExceptionServices;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>What an agent's runner is told.</summary>
/// <param name="Agent">The agent's id.</param>
/// <param name="Command">The command line that answers a message.</param>
/// <param name="Parallel">How many threads it works on at once.</param>
/// <param name="Only">The kinds of messages that the command is run for; empty for all.</param>
/// <param name="Key">The key that it asks with, and hands to the command; null for none.</param>
/// <param name="WorstCaseUsd">What one run of the command can cost at most, reserved before it; null to reserve nothing.</param>
internal sealed record AgentOptions(
    string Agent,
    string Command,
    int Parallel,
    IReadOnlyList<MessageKind> Only,
    string? Key = null,
    decimal? WorstCaseUsd = null);

/// <summary>
/// Keeps an agent at its desk: reads its inbox, runs its command for each message, and sends what the command says. Threads go
/// on side by side, one message at a time in each. A message is done when its command has ended and all it said was sent;
/// whatever was not done is done again after a restart, under the same message ids, so that nothing is sent twice.
/// </summary>
internal sealed class AgentRunner(AgentOptions options, MeshLink mesh, AgentConversation conversation, InboxLedger ledger)
    : IDisposable
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _places = new(options.Parallel);
    private readonly Dictionary<string, Task> _threads = [];
    private ExceptionDispatchInfo? _fault;

    /// <summary>Works until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (true)
            {
                foreach (var message in ledger.Take(await ReadInboxAsync(stop.Token)))
                {
                    Enqueue(message, stop);
                }

                ForgetFinished();
            }
        }
        catch (OperationCanceledException)
        {
            _fault?.Throw();
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(_threads.Values.Select(Settled));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task<InboxPage> ReadInboxAsync(CancellationToken cancellation)
    {
        try
        {
            return await mesh.PersistAsync(
                client => client.GetInboxAsync(options.Agent, ledger.Position, LongPoll, cancellation), cancellation);
        }
        catch (MeshProblemException problem) when (ledger.Position is not null && problem.Status == HttpStatusCode.BadRequest)
        {
            mesh.Say($"the mesh does not know the inbox position {ledger.Position} any more; beginning with the first message");
            ledger.Reset();
            return await ReadInboxAsync(cancellation);
        }
    }

    private void Enqueue(MessageView message, CancellationTokenSource stop) =>
        _threads[message.ThreadId] = AnswerAfterAsync(
            _threads.GetValueOrDefault(message.ThreadId, Task.CompletedTask), message, stop);

    private async Task AnswerAfterAsync(Task earlier, MessageView message, CancellationTokenSource stop)
    {
        await earlier;
        await _places.WaitAsync(stop.Token);
        try
        {
            if (options.Only.Count == 0 || options.Only.Contains(message.Kind))
            {
                await conversation.AnswerAsync(message, stop.Token);
            }

            ledger.Finish(new MessageKey(message.ThreadId, message.Sequence));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What a conversation cannot settle by itself ends the runner: the message is not done, and is taken up at the next
            // start.
            _fault ??= ExceptionDispatchInfo.Capture(failure);
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            _places.Release();
        }
    }

    private void ForgetFinished()
    {
        foreach (var (threadId, _) in _threads.Where(thread => thread.Value.IsCompleted).ToList())
        {
            _threads.Remove(threadId);
        }
    }

    private static async Task Settled(Task work) => await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
