using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.ReadModel;

/// <summary>What records change in the tables: gathered first, then written once.</summary>
/// <param name="ledger">Counts what the batch adds, and nothing else.</param>
/// <param name="progress">How far the tables go.</param>
/// <param name="marks">The marks of time that the tables have.</param>
/// <param name="find">Finds the thread of a record.</param>
internal sealed class ReadModelBatch(
    MeshLedger ledger, ReadModelProgress progress, TimeMarks marks, Func<LoggedStep, WrittenThread> find)
{
    private readonly HashSet<WrittenThread> _threads = [];
    private readonly Dictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);

    /// <summary>Threads of which there is news; of each the newest state alone.</summary>
    public IReadOnlyCollection<WrittenThread> Threads => _threads;

    /// <summary>Threads that ended.</summary>
    public List<EndedRun> Runs { get; } = [];

    /// <summary>The messages.</summary>
    public List<NewMessage> Messages { get; } = [];

    /// <summary>Which messages came for whom.</summary>
    public List<(string AgentId, EntryPlace At)> Inbox { get; } = [];

    /// <summary>When each agent did something last.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Heard => _heard;

    /// <summary>Where the log was at what time.</summary>
    public List<(DateTimeOffset At, LogPosition Position)> Marks { get; } = [];

    /// <summary>What was spent.</summary>
    public IEnumerable<SpentOnDay> Days => ledger.Days();

    /// <summary>How far the tables go after it.</summary>
    public ReadModelProgress Progress { get; private set; } = progress;

    /// <summary>Takes in a record if it counts.</summary>
    public void Take(LoggedStep step, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bodies)
    {
        var thread = find(step);
        var (at, record) = step;
        var outline = RecordOutline.Of(record, isBrief: true);
        if (!thread.Track.TryAdd(at, outline))
        {
            return;
        }

        if (outline.Entries.Count > 0)
        {
            Count(thread, step, outline);
        }

        if (outline.HappenedAt is { } happened && marks.Add(happened, at.Position))
        {
            Marks.Add((happened, at.Position));
        }

        if (thread.Track.IsShown)
        {
            _threads.Add(thread);
        }

        for (var n = 0; n < record.Entries.Count; n++)
        {
            Take(thread, new EntryPlace(at, n), record.Entries[n].Event, bodies);
        }
    }

    private void Count(WrittenThread thread, LoggedStep step, RecordOutline outline)
    {
        var account = thread.Track.Account;
        if (account.Number is null)
        {
            account.Number = Progress.Threads;
            Progress = Progress with { Threads = Progress.Threads + 1 };
        }

        var ends = outline.End is not null && account.Standing is not { State: ThreadPhase.Ended };
        ledger.Count(account, outline);
        thread.Track.Show(outline);
        thread.News = (step.Record.View, outline.View);
        Progress = Progress with
        {
            Last = step.At,
            LastHead = outline.Head.Digits,
            Messages = Progress.Messages + outline.Entries.Count(entry => entry.Message is not null),
        };
        if (ends)
        {
            Runs.Add(new EndedRun(
                account.Number.Value, account.Initiator, account.Responder, outline.Standing, outline.End!, account.Spent));
        }
    }

    private void Take(
        WrittenThread thread, EntryPlace at, ThreadEvent happened, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bodies)
    {
        switch (happened)
        {
            case ThreadOpening { Thread: var start } opening:
                Messages.Add(new NewMessage(thread, at, opening.At)
                {
                    Sequence = 1,
                    Kind = MessageKind.Brief,
                    Sender = start.Initiator,
                    Body = start.Body?.Sha256,
                    Words = MessageText.Of(start, LargeOf(start.Body, bodies)),
                });
                break;
            case MessageAccepted { Message: var message } accepted:
                _heard[message.From] = accepted.At;
                Inbox.Add((message.To, at));
                if (message.Kind == MessageKind.Brief)
                {
                    // Whom it reaches, and why, says StoredMessage.Reaches; its words are those of the opening.
                    if (message.From != message.To)
                    {
                        Inbox.Add((message.From, at));
                    }

                    break;
                }

                Messages.Add(new NewMessage(thread, at, accepted.At)
                {
                    Sequence = message.Sequence,
                    Kind = message.Kind,
                    Sender = message.From,
                    Body = message.Body?.Sha256,
                    Words = MessageText.Of(message, LargeOf(message.Body, bodies)),
                });
                break;
        }
    }

    private static ReadOnlyMemory<byte>? LargeOf(MessageBody? body, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bodies) =>
        body is { Inline: null } && bodies.TryGetValue(body.Sha256, out var large) ? large : null;
}

/// <summary>A thread that ended, as pairs are counted by it.</summary>
/// <param name="Thread">Its <see cref="ThreadAccount.Number"/>.</param>
/// <param name="Initiator">One party.</param>
/// <param name="Responder">The other party.</param>
/// <param name="Standing">How it ended.</param>
/// <param name="End">When, and after how much.</param>
/// <param name="Spent">What was spent; null where nobody reported anything.</param>
internal sealed record EndedRun(
    int Thread, string Initiator, string Responder, ThreadStanding Standing, EndOutline End, Spend? Spent);

/// <summary>A message with its words.</summary>
internal sealed record NewMessage(WrittenThread Thread, EntryPlace At, DateTimeOffset Happened)
{
    public required int Sequence { get; init; }

    public required MessageKind Kind { get; init; }

    public required string Sender { get; init; }

    public required string? Body { get; init; }

    public required string Words { get; init; }

    public long Key => ReadModelDatabase.KeyOf(ThreadTable.NumberOf(Thread.Track.Account), Sequence);
}
