using System.Collections.Concurrent;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>Reads what there is to answer, as the mesh has it: it alone says whose move it is.</summary>
internal sealed class ThreadReader(MeshLink mesh, string agent)
{
    private const int RememberedBriefs = 256;

    // The mesh's pages are longer; only one of so many may not be the last.
    private const int FullPage = 50;

    private readonly ConcurrentDictionary<string, MessageView> _briefs = new(StringComparer.Ordinal);

    /// <summary>Whether a message can be one to answer, as far as it says so itself.</summary>
    /// <param name="message">The message.</param>
    /// <param name="only">The kinds that the agent answers, where it names some.</param>
    public bool CanAnswer(MessageView message, IReadOnlyList<MessageKind> only) => message.Kind switch
    {
        MessageKind.Note => false,
        MessageKind.Finding => only.Contains(MessageKind.Finding),

        // The brief is sent for the initiator, whose move it is; the other party gets it to know it.
        MessageKind.Brief => message.From == agent,
        _ => true,
    };

    /// <summary>Reads a thread, and the turn that answers a message; null where there is nothing to answer any more.</summary>
    /// <param name="message">The message.</param>
    /// <param name="record">What is known of its thread.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<(ThreadView Thread, AgentTurn? Turn)> ReadTurnAsync(
        MessageView message, RunRecord record, CancellationToken cancellation)
    {
        // Where the last turn is not known (a new home), a long thread is read whole only for a message that is still to answer.
        var isLong = record.LastTurn == 0 && message.Sequence > FullPage;
        var reading = isLong
            ? ReadPageAsync(message.ThreadId, message.Sequence, cancellation)
            : ReadAsync(message.ThreadId, record.LastTurn, message.Sequence, cancellation);
        var thread = await GetAsync(message.ThreadId, cancellation);
        var messages = await reading;
        if (thread.State != ThreadPhase.Open
            || (message.Kind.IsMove() && (thread.Awaiting != agent || messages.Any(IsLaterTurn))))
        {
            return (thread, null);
        }

        if (isLong)
        {
            messages = await ReadAsync(message.ThreadId, after: 0, message.Sequence, cancellation);
        }

        return (thread, await TurnAsync(thread, message, messages, record, cancellation));

        bool IsLaterTurn(MessageView other) => other.Sequence > message.Sequence && other.Kind.IsMove();
    }

    private async Task<AgentTurn> TurnAsync(
        ThreadView thread,
        MessageView message,
        IReadOnlyList<MessageView> messages,
        RunRecord record,
        CancellationToken cancellation)
    {
        var mine = messages.LastOrDefault(before => before.From == agent && before.Kind.IsMove())?.Sequence ?? record.LastTurn;
        return new AgentTurn(
            thread,
            await BriefAsync(thread.ThreadId, messages, cancellation),
            message,
            [.. messages.Where(said => said.From != agent && said.Sequence > mine && said.Kind != MessageKind.Brief)],
            record.Refused);
    }

    /// <summary>A thread as it is.</summary>
    public Task<ThreadView> GetAsync(string threadId, CancellationToken cancellation) =>
        mesh.PersistAsync((client, stop) => client.GetThreadAsync(threadId, stop), cancellation);

    /// <summary>Forgets what is remembered of a thread.</summary>
    public void Forget(string threadId) => _briefs.TryRemove(threadId, out _);

    /// <summary>Reads the messages after one, at least up to another.</summary>
    private async Task<IReadOnlyList<MessageView>> ReadAsync(
        string threadId, int after, int through, CancellationToken cancellation)
    {
        var messages = new List<MessageView>();
        IReadOnlyList<MessageView> page;
        do
        {
            page = await ReadPageAsync(threadId, after, cancellation);
            messages.AddRange(page);
            after = page.Count > 0 ? page[^1].Sequence : after;
        }
        while (page.Count > 0 && (after < through || page.Count >= FullPage));

        return messages;
    }

    private async Task<IReadOnlyList<MessageView>> ReadPageAsync(
        string threadId, int after, CancellationToken cancellation) =>
        (await mesh.PersistAsync(
            (client, stop) => client.GetMessagesAsync(threadId, after, to: null, TimeSpan.Zero, stop), cancellation)).Messages;

    private async Task<MessageView> BriefAsync(
        string threadId, IReadOnlyList<MessageView> messages, CancellationToken cancellation)
    {
        if (messages is [{ Sequence: 1 } first, ..])
        {
            return Remember(first);
        }

        if (_briefs.TryGetValue(threadId, out var brief))
        {
            return brief;
        }

        return Remember((await ReadPageAsync(threadId, after: 0, cancellation))[0]);
    }

    private MessageView Remember(MessageView brief)
    {
        if (_briefs.Count >= RememberedBriefs)
        {
            _briefs.Clear();
        }

        return _briefs[brief.ThreadId] = brief;
    }
}
