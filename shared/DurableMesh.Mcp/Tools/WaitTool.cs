using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp.Dialogues;
using ModelContextProtocol;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Tools;

/// <summary>The tool that waits until the agent has the move.</summary>
internal sealed class WaitTool(Desk desk, RunnerChannel? channel)
{
    /// <summary>The most characters of others' words in one answer.</summary>
    private const int MostWords = 40_000;

    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeldPoll = TimeSpan.FromSeconds(1);

    // Up to where the inbox holds nothing new. Any earlier place would do, too: each thread is asked before it is believed.
    private readonly ConcurrentDictionary<string, string> _inboxRead = new();

    [McpServerTool(Name = "wait_for_move", ReadOnly = true, Idempotent = true, UseStructuredContent = true)]
    [Description(
        "Wait until a thread gives you the move, and get its brief, criteria, message and all that the other party said since. " +
        "Call it again while it says nothing_yet. Asked again before you have answered, it gives you the same move again.")]
    public async Task<MoveAnswer> WaitForMoveAsync(
        IProgress<ProgressNotificationValue> progress,
        [Description("Only this thread; leave out for any.")] string? thread = null,
        [Description("How long to wait, 0-3600.")] int waitSeconds = 50,
        CancellationToken cancellationToken = default)
    {
        if (channel?.Turn() is not null)
        {
            return new MoveAnswer { Outcome = MoveOutcome.Said, NextStep = "Your turn is with the runner. End this run now." };
        }

        var patience = new Patience(desk.Time, TimeSpan.FromSeconds(Math.Clamp(waitSeconds, 0, 3600)), progress);
        return string.IsNullOrWhiteSpace(thread) && desk.Settings.OnlyThread is null
            ? await WaitForAnyAsync(patience, cancellationToken)
            : await WaitForOneAsync(desk.Allowed(thread), patience, cancellationToken);
    }

    private async Task<MoveAnswer> WaitForOneAsync(string id, Patience patience, CancellationToken cancellation)
    {
        while (true)
        {
            var view = await desk.Mesh.GetThreadAsync(id, cancellation);
            if (view.Awaiting == desk.Agent)
            {
                return await MoveAsync(view, cancellation);
            }

            if (view.State == ThreadPhase.Ended)
            {
                return Nothing(MoveOutcome.Ended, view, "The thread is over. There is nothing more to do in it.");
            }

            if (!patience.IsLeft)
            {
                return view.State == ThreadPhase.Held
                    ? Nothing(MoveOutcome.Held, view, Holds.HowToDecide(id))
                    : Nothing(MoveOutcome.NothingYet, view, "Call wait_for_move again.");
            }

            patience.Tell(Doing(view));
            await PollAsync(desk, view, patience, cancellation);
        }
    }

    private async Task<MoveAnswer> WaitForAnyAsync(Patience patience, CancellationToken cancellation)
    {
        // Where the inbox stands is taken before the threads are listed, so that nothing can come between the two.
        var position = await ReadInboxAsync(cancellation);
        foreach (var listed in await ListOpenAsync(cancellation))
        {
            var view = await desk.Mesh.GetThreadAsync(listed.ThreadId, cancellation);
            if (view.Awaiting == desk.Agent)
            {
                return await MoveAsync(view, cancellation);
            }
        }

        while (true)
        {
            if (!patience.IsLeft)
            {
                return new MoveAnswer { Outcome = MoveOutcome.NothingYet, NextStep = "Call wait_for_move again." };
            }

            patience.Tell($"{desk.Agent} waits for a move");
            var page = await desk.Mesh.GetInboxAsync(desk.Agent, position, patience.Next(LongestPoll), cancellation);
            position = _inboxRead[desk.Agent] = page.NextAfter;
            foreach (var id in page.Messages.Select(message => message.ThreadId).Distinct())
            {
                var view = await desk.Mesh.GetThreadAsync(id, cancellation);
                if (view.Awaiting == desk.Agent)
                {
                    return await MoveAsync(view, cancellation);
                }
            }
        }
    }

    private async Task<string?> ReadInboxAsync(CancellationToken cancellation)
    {
        var position = _inboxRead.GetValueOrDefault(desk.Agent);
        while (true)
        {
            InboxPage page;
            try
            {
                page = await desk.Mesh.GetInboxAsync(desk.Agent, position, TimeSpan.Zero, cancellation);
            }
            catch (MeshProblemException foreign) when (position is not null && foreign.Problem.Code == "unknown_position")
            {
                // The mesh has another store now; its inbox is read from the start.
                position = null;
                _inboxRead.TryRemove(desk.Agent, out _);
                continue;
            }

            position = _inboxRead[desk.Agent] = page.NextAfter;
            if (page.Messages.Count == 0)
            {
                return position;
            }
        }
    }

    private async Task<List<ThreadView>> ListOpenAsync(CancellationToken cancellation)
    {
        List<ThreadView> open = [];
        string? cursor = null;
        do
        {
            var page = await desk.Mesh.ListThreadsAsync(
                [("agent", desk.Agent), ("state", "open"), ("limit", "100"), ("cursor", cursor)], cancellation);
            open.AddRange(page.Threads.Where(thread => thread.Awaiting == desk.Agent));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        open.Reverse(); // the oldest has waited longest
        return open;
    }

    private async Task<MoveAnswer> MoveAsync(ThreadView view, CancellationToken cancellation)
    {
        var messages = await desk.MessagesAsync(view.ThreadId, 0, cancellation);
        var brief = messages.First(message => message.Kind == MessageKind.Brief);
        var move = desk.LastHandOver(messages) ?? brief;
        var reading = new Reading(desk, MostWords);
        var words = reading.Take(brief);
        return new MoveAnswer
        {
            Outcome = MoveOutcome.YourMove,
            Thread = desk.Sum(view),
            Criteria = [.. (words.Checks ?? []).Select(check => new Criterion(check.Id, check.Title, check.Required ?? true))],
            Brief = words with { Checks = null },
            Message = move == brief ? null : reading.Take(move),
            Since = [.. desk.SinceOwnTurn(messages).Where(message => message != move).Select(message => reading.Take(message))],
            NextStep = NextStep(view, move),
            Notice = Desk.Notice,
        };
    }

    private string NextStep(ThreadView view, MessageView move) => move.Kind switch
    {
        MessageKind.Question => "Answer the question: answer.",
        MessageKind.Submission when view.IsAdvice => "Give your advice: answer.",
        MessageKind.Answer when view.IsAdvice && view.Initiator == desk.Agent =>
            "Acknowledge the advice: acknowledge. If something is unclear: ask.",
        _ when view.Responder == desk.Agent =>
            "Check the submission against each criterion, report failures as you find them: find. Then judge.",
        MessageKind.Verdict => "Mend what failed, then submit.",
        _ => "Do what the brief asks, then submit. If something is unclear: ask.",
    };

    private MoveAnswer Nothing(MoveOutcome outcome, ThreadView view, string next) =>
        new() { Outcome = outcome, Thread = desk.Sum(view), NextStep = next, Notice = Desk.Notice };

    private static string Doing(ThreadView view) => string.Create(
        CultureInfo.InvariantCulture,
        $"{view.ThreadId}: {Words.Of(view.State)}, round {view.Round}, waits for {view.Awaiting ?? "the gate"}");

    /// <summary>Waits for something to happen in a thread. A decision is no message, so a held one is polled.</summary>
    internal static Task PollAsync(Desk desk, ThreadView view, Patience patience, CancellationToken cancellation) =>
        view.State == ThreadPhase.Open
            ? desk.Mesh.GetMessagesAsync(view.ThreadId, view.Messages, null, patience.Next(LongestPoll), cancellation)
            : Task.Delay(patience.Next(HeldPoll), desk.Time, cancellation);
}

/// <summary>What came of waiting.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MoveOutcome>))]
public enum MoveOutcome
{
    /// <summary>The time was over.</summary>
    NothingYet,

    /// <summary>The agent has the move.</summary>
    YourMove,

    /// <summary>The thread has ended.</summary>
    Ended,

    /// <summary>A person has to decide first.</summary>
    Held,

    /// <summary>The runner has this run's turn already.</summary>
    Said,
}

/// <summary>What came of waiting.</summary>
public sealed record MoveAnswer : ToolAnswer
{
    /// <summary>Which of the cases it is.</summary>
    public MoveOutcome? Outcome { get; init; }

    /// <summary>The thread.</summary>
    public ThreadSummary? Thread { get; init; }

    /// <summary>What is to be done.</summary>
    public MessageWords? Brief { get; init; }

    /// <summary>How it will be judged.</summary>
    public IReadOnlyList<Criterion>? Criteria { get; init; }

    /// <summary>The message that gave the move; nothing where it was the brief.</summary>
    public MessageWords? Message { get; init; }

    /// <summary>What else the other party said since the agent's own last turn.</summary>
    public IReadOnlyList<MessageWords>? Since { get; init; }

    /// <summary>The tool to use next.</summary>
    public string? NextStep { get; init; }

    /// <summary>Whose words these are.</summary>
    public string? Notice { get; init; }
}
