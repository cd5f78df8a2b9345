using System.Collections.Concurrent;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>Reads what there is to answer, as the mesh has it: it alone says whose move it is.</summary>
internal sealed class ThreadReader(MeshLink mesh, string agent)
{
    private const int RememberedBriefs = 256;

    private readonly ConcurrentDictionary<string, MessageView> _briefs = new(StringComparer.Ordinal);

    /// <summary>Reads the turn that answers a message; null where there is nothing to answer any more.</summary>
    /// <param name="message">The message.</param>
    /// <param name="record">What is known of its thread.</param>
    /// <param name="only">The kinds that the agent answers, where it names some.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<AgentTurn?> ReadTurnAsync(
        MessageView message, RunRecord record, IReadOnlyList<MessageKind> only, CancellationToken cancellation)
    {
        var thread = await GetAsync(message.ThreadId, cancellation);
        if (thread.State != ThreadPhase.Open || !MayAnswer(thread, message, only))
        {
            return null;
        }

        var messages = await ReadAsync(thread, record.LastTurn, cancellation);
        if (message.Kind.HandsOver() && messages.Any(later => later.Sequence > message.Sequence && later.Kind.HandsOver()))
        {
            return null;
        }

        var mine = messages.LastOrDefault(before => before.From == agent && before.Kind.HandsOver())?.Sequence ?? record.LastTurn;
        return new AgentTurn(
            thread,
            await BriefAsync(thread.ThreadId, messages, cancellation),
            message,
            [.. messages.Where(said => said.From != agent && said.Sequence > mine && said.Kind != MessageKind.Brief)],
            record.Refused);
    }

    /// <summary>Whether a thread has ended.</summary>
    public async Task<bool> HasEndedAsync(string threadId, CancellationToken cancellation)
    {
        var ended = (await GetAsync(threadId, cancellation)).State == ThreadPhase.Ended;
        if (ended)
        {
            _briefs.TryRemove(threadId, out _);
        }

        return ended;
    }

    private bool MayAnswer(ThreadView thread, MessageView message, IReadOnlyList<MessageKind> only) => message.Kind switch
    {
        MessageKind.Note => false,
        MessageKind.Finding => only.Contains(MessageKind.Finding),
        _ => thread.Awaiting == agent,
    };

    private Task<ThreadView> GetAsync(string threadId, CancellationToken cancellation) =>
        mesh.PersistAsync((client, stop) => client.GetThreadAsync(threadId, stop), cancellation);

    private async Task<List<MessageView>> ReadAsync(ThreadView thread, int after, CancellationToken cancellation)
    {
        var messages = new List<MessageView>();
        while (after < thread.Messages)
        {
            var page = await mesh.PersistAsync(
                (client, stop) => client.GetMessagesAsync(thread.ThreadId, after, to: null, TimeSpan.Zero, stop), cancellation);
            messages.AddRange(page.Messages);
            after = page.NextAfter;
        }

        return messages;
    }

    private async Task<MessageView> BriefAsync(
        string threadId, List<MessageView> messages, CancellationToken cancellation)
    {
        if (messages is [{ Sequence: 1 } first, ..])
        {
            return Remember(first);
        }

        if (_briefs.TryGetValue(threadId, out var brief))
        {
            return brief;
        }

        var page = await mesh.PersistAsync(
            (client, stop) => client.GetMessagesAsync(threadId, after: 0, to: null, TimeSpan.Zero, stop), cancellation);
        return Remember(page.Messages[0]);
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
