using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// Two agents that hold a dialogue to PASS, or until the verifier is blocked, as clients do: each move is sent, with one message
/// id, until there is a receipt. Strangers call in, and late moves are sent again.
/// </summary>
internal sealed class HostileDialogue
{
    private readonly List<SendMessageRequest> _moves = [];
    private readonly Dictionary<string, SendMessageRequest> _asked = [];
    private readonly Random _random;
    private int _next;
    private int _requests;

    public HostileDialogue(string threadId, string taskId, int rounds, Random random, bool isBlocked = false)
    {
        (ThreadId, TaskId, _random) = (threadId, taskId, random);
        for (var round = 1; round <= rounds; round++)
        {
            _moves.Add(SampleThread.MessageOf($"b-{round}", SampleThread.Builder, MessageKind.Submission));
            if (random.Next(2) == 0)
            {
                _moves.Add(SampleThread.MessageOf($"f-{round}", SampleThread.Verifier, MessageKind.Finding) with
                {
                    Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "not yet" }],
                });
            }

            _moves.Add(round < rounds
                ? SampleThread.MessageOf($"v-{round}", SampleThread.Verifier, MessageKind.Verdict) with
                {
                    Verdict = Verdict.Fail,
                    Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "not yet" }],
                }
                : isBlocked
                    ? SampleThread.MessageOf($"v-{round}", SampleThread.Verifier, MessageKind.Verdict) with
                    {
                        Verdict = Verdict.Blocked,
                    }
                    : SampleThread.PassOf($"v-{round}"));
        }
    }

    public string ThreadId { get; }

    public string TaskId { get; }

    /// <summary>The messages that were acknowledged, each with its sequence.</summary>
    public Dictionary<string, int> Acknowledged { get; } = [];

    /// <summary>Answers that no agent should have had.</summary>
    public List<string> Complaints { get; } = [];

    public bool IsOver => _next == _moves.Count;

    /// <summary>All that should stand in the transcript, after the brief.</summary>
    public IEnumerable<string> Expected => _moves.Select(move => move.MessageId!);

    /// <summary>Looks for receipts, then sends the move whose turn it is, or something else that agents send.</summary>
    public async Task StepAsync(HostileHub hub, IThreadLog store, ThreadSeals seals)
    {
        foreach (var (request, move) in _asked.ToList())
        {
            if (store.FindReceipt(request) is { } receipt)
            {
                _asked.Remove(request);
                Hear(move, receipt);
            }
        }

        if (_random.Next(8) == 0)
        {
            Forge(hub);
        }

        if (_random.Next(8) == 0)
        {
            await PostAsync(hub, seals, SampleThread.MessageOf($"x-{_random.Next(3)}", "a-stranger", MessageKind.Note));
        }

        if (!IsOver && _moves[_next] is var next && (_asked.Values.All(one => one != next) || _random.Next(6) == 0))
        {
            // The HTTP function asks the store first, which knows the messages that a client sends again.
            if (await store.FindMessageAsync(ThreadId, next.From!, next.MessageId!, default) is { } known)
            {
                Acknowledge(next, known.Accepted.Message.Sequence);
            }
            else
            {
                await PostAsync(hub, seals, next);
            }
        }
        else if (_next > 0 && _random.Next(20) == 0)
        {
            await PostAsync(hub, seals, _moves[_random.Next(_next)]);
        }
    }

    /// <summary>Whoever reaches the task hub ends the thread, as far as it lets him.</summary>
    private void Forge(HostileHub hub)
    {
        InboxInput input = _random.Next(2) == 0
            ? new CancelRequested("nobody", "because")
            : new MessageArrived(IncomingMessage.Of(SampleThread.PassOf("forged"), PriceTable.Empty, SampleThread.Noon));
        var seal = _random.Next(2) == 0 ? null : new string('f', 64);
        hub.Raise(ThreadId, InboxEnvelope.EventName, new InboxEnvelope($"forged {++_requests}", input, seal));
    }

    private async Task PostAsync(HostileHub hub, ThreadSeals seals, SendMessageRequest message)
    {
        var request = $"{ThreadId} {++_requests}";
        var input = new MessageArrived(IncomingMessage.Of(message, PriceTable.Empty, SampleThread.Noon));
        if (hub.Raise(ThreadId, InboxEnvelope.EventName, await seals.EnvelopAsync(ThreadId, request, input, default)))
        {
            _asked[request] = message;
        }
    }

    private void Hear(SendMessageRequest move, Receipt receipt)
    {
        if (receipt.Kind is ReceiptKind.Accepted or ReceiptKind.Duplicate)
        {
            Acknowledge(move, receipt.Sequence!.Value);
        }
        else if (receipt.Reason != (move.From == "a-stranger" ? RejectReason.NotAParty : RejectReason.ThreadEnded)
            && receipt.Reason != RejectReason.ThreadEnded)
        {
            Complaints.Add($"{move.MessageId}: {receipt.Reason} ({receipt.Detail})");
        }
    }

    private void Acknowledge(SendMessageRequest move, int sequence)
    {
        if (Acknowledged.TryGetValue(move.MessageId!, out var before) && before != sequence)
        {
            Complaints.Add($"{move.MessageId} was acknowledged as message {before}, then as {sequence}");
        }

        Acknowledged[move.MessageId!] = sequence;
        if (!IsOver && move == _moves[_next])
        {
            _next++;
        }
    }
}
