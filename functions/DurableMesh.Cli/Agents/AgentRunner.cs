using DurableMesh.Cli.Api;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>What an agent's runner is told.</summary>
/// <param name="Agent">The agent's id.</param>
/// <param name="Command">The command line that answers a message.</param>
/// <param name="Parallel">How many threads it works on at once.</param>
/// <param name="Only">The kinds of messages that the command is run for; empty for all.</param>
internal sealed record AgentOptions(string Agent, string Command, int Parallel, IReadOnlyList<MessageKind> Only);

/// <summary>
/// Keeps an agent at its desk: reads its inbox, runs its command for each message, and sends what the command says. Threads go on
/// side by side, one message at a time in each. A message is done when its command has ended and all it said was sent; whatever was
/// not done is done again after a restart, under the same message ids, so that nothing is sent twice.
/// </summary>
internal sealed class AgentRunner(AgentOptions options, MeshLink mesh, AgentConversation conversation, InboxLedger ledger, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _places = new(options.Parallel);
    private readonly Dictionary<string, Task> _threads = [];
    private readonly HashSet<string> _begun = [];
    private DateTimeOffset _nextLook = DateTimeOffset.MinValue;

    /// <summary>Works until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (true)
            {
                await BeginOwnThreadsAsync(stop.Token);
                foreach (var message in ledger.Take(await ReadInboxAsync(stop.Token)))
                {
                    Enqueue(message, stop.Token);
                }

                await ForgetFinishedAsync();
            }
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
        catch (MeshProblemException problem) when (ledger.Position is not null && problem.Status == System.Net.HttpStatusCode.BadRequest)
        {
            mesh.Say($"the mesh does not know the inbox position {ledger.Position} any more; beginning with the first message");
            ledger.Reset();
            return await ReadInboxAsync(cancellation);
        }
    }

    /// <summary>
    /// The brief goes to the responder's inbox only, because the mesh sends it for the initiator; yet the first move is the
    /// initiator's. So the runner looks for threads that wait for its agent's first word.
    /// </summary>
    private async Task BeginOwnThreadsAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() < _nextLook)
        {
            return;
        }

        var open = await mesh.PersistAsync(
            client => client.ListThreadsAsync([("agent", options.Agent), ("state", "open")], cancellation), cancellation);
        _nextLook = time.GetUtcNow() + BetweenLooks;
        foreach (var thread in open.Threads)
        {
            var waitsForFirstWord = thread.Initiator == options.Agent && thread.Awaiting == options.Agent && thread.Turns == 0;
            if (waitsForFirstWord && _begun.Add(thread.ThreadId))
            {
                var page = await mesh.PersistAsync(
                    client => client.GetMessagesAsync(thread.ThreadId, 0, to: null, TimeSpan.Zero, cancellation), cancellation);
                Enqueue(page.Messages[0], cancellation);
            }
        }
    }

    private void Enqueue(MessageView message, CancellationToken cancellation) =>
        _threads[message.ThreadId] = AnswerAfterAsync(
            _threads.GetValueOrDefault(message.ThreadId, Task.CompletedTask), message, cancellation);

    private async Task AnswerAfterAsync(Task earlier, MessageView message, CancellationToken cancellation)
    {
        await earlier;
        await _places.WaitAsync(cancellation);
        try
        {
            if (options.Only.Count == 0 || options.Only.Contains(message.Kind))
            {
                await conversation.AnswerAsync(message, cancellation);
            }

            // A brief that began the agent's own thread is no message of its inbox.
            if (message.To == options.Agent)
            {
                ledger.Finish(new MessageKey(message.ThreadId, message.Sequence));
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private static async Task Settled(Task work) => await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ForgetFinishedAsync()
    {
        foreach (var (threadId, work) in _threads.Where(thread => thread.Value.IsCompleted).ToList())
        {
            _threads.Remove(threadId);

            // A failure that a conversation could not settle ends the runner.
            await work;
        }
    }
}
