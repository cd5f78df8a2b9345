using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.A2A;

/// <summary>The operations of A2A, the same for both bindings.</summary>
public sealed class A2aOperations(
    IThreadLog log,
    A2aSends sends,
    A2aTaskFinder tasks,
    A2aTaskReader reader,
    A2aUpdates updates,
    A2aPushes pushes,
    ThreadInbox inbox,
    SubjectNames names,
    IEventFeed feed,
    EventStreams streams,
    OverdueThreads overdue,
    ICallerCheck callers,
    IOptions<MeshOptions> options,
    TimeProvider time)
{
    /// <summary>SendMessage: waits until the task is over or waits for its client, unless that is not wanted.</summary>
    internal async Task<A2aTask> SendAsync(A2aCall call, A2aSendRequest request, CancellationToken cancellation)
    {
        var history = HistoryOf(request.Configuration?.HistoryLength, "configuration.historyLength");
        var thread = await SendOnlyAsync(call, request, cancellation);
        if (request.Configuration?.ReturnImmediately != true && !A2aTasks.StateOf(thread).IsAtRest())
        {
            thread = await WaitAsync(call, thread, cancellation);
        }

        return await reader.ReadAsync(thread, history, artifacts: true, call.Address, cancellation);
    }

    /// <summary>SendStreamingMessage: over when the task is, or waits for its client or a person.</summary>
    internal async Task<IResult> StreamAsync(
        A2aCall call, A2aSendRequest request, bool isRpc, JsonNode? rpcId, CancellationToken cancellation)
    {
        var history = HistoryOf(request.Configuration?.HistoryLength, "configuration.historyLength");
        var thread = await SendOnlyAsync(call, request, cancellation);
        return await StreamAsync(call, thread, history, isRpc, rpcId, endsAtRest: true, cancellation);
    }

    /// <summary>SubscribeToTask: over when the task is.</summary>
    internal async Task<IResult> SubscribeAsync(
        A2aCall call, A2aTaskRequest request, bool isRpc, JsonNode? rpcId, CancellationToken cancellation)
    {
        var thread = await tasks.FindAsync(call, request.Id, cancellation);
        return thread.State == ThreadPhase.Ended
            ? throw new A2aException(A2aError.OfTask(
                A2aErrorKind.UnsupportedOperation, thread.ThreadId, "The task is over, nothing follows; get it instead."))
            : await StreamAsync(
                call, thread, A2aTaskReader.DefaultHistory, isRpc, rpcId, endsAtRest: false, cancellation);
    }

    /// <summary>GetTask.</summary>
    internal async Task<A2aTask> GetAsync(A2aCall call, A2aTaskRequest request, CancellationToken cancellation)
    {
        var history = HistoryOf(request.HistoryLength, "historyLength");
        var thread = await tasks.FindAsync(call, request.Id, cancellation);
        return await reader.ReadAsync(thread, history, artifacts: true, call.Address, cancellation);
    }

    /// <summary>ListTasks: that which changed last first.</summary>
    internal async Task<A2aTasksPage> ListAsync(A2aCall call, A2aListRequest request, CancellationToken cancellation)
    {
        call.Caller.Must(Scope.Read);
        var size = request.PageSize ?? A2aListRequest.DefaultPerPage;
        var history = request.HistoryLength is null ? 0 : HistoryOf(request.HistoryLength, "historyLength");
        var from = PageOf(request, size);
        await overdue.EndAsync(call.Client, cancellation);
        var only = call.Caller.Subject is { IsAgent: true, Name: var name } ? name : null;
        var marks = await log.ListMarksAsync(
            one => (call.Agent is null || one.Responder == call.Agent)
                && (only is null || one.Initiator == only || one.Responder == only)
                && (request.StatusTimestampAfter is not { } earliest || one.ChangedAt >= earliest)
                && MayBe(request.Status, one.HasEnded),
            cancellation);
        IEnumerable<ThreadMark> wanted = marks.OrderByDescending(one => one.ChangedAt)
            .ThenByDescending(one => one.ThreadId, StringComparer.Ordinal);
        var total = marks.Count;
        if (request.Status != A2aTaskState.Unspecified || !string.IsNullOrEmpty(request.ContextId))
        {
            var fitting = new List<ThreadMark>();
            foreach (var mark in wanted)
            {
                if ((await log.FindAsync(mark.ThreadId, cancellation))?.View is { } view && Fits(view, request))
                {
                    fitting.Add(mark);
                }
            }

            (wanted, total) = (fitting, fitting.Count);
        }

        var rest = wanted.Where(one => from is not { } after || IsAfter(one, after)).Take(size + 1).ToList();
        var found = new List<A2aTask>();
        foreach (var mark in rest.Take(size))
        {
            if ((await log.FindAsync(mark.ThreadId, cancellation))?.View is { } view)
            {
                found.Add(await reader.ReadAsync(
                    view, history, request.IncludeArtifacts == true, call.Address, cancellation));
            }
        }

        return new A2aTasksPage
        {
            Tasks = found,
            NextPageToken = rest.Count > size ? TokenOf(rest[size - 1]) : "",
            PageSize = size,
            TotalSize = total,
        };
    }

    /// <summary>CancelTask.</summary>
    internal async Task<A2aTask> CancelAsync(A2aCall call, A2aTaskRequest request, CancellationToken cancellation)
    {
        var thread = await tasks.FindAsync(call, request.Id, cancellation);
        call.Caller.MustSteer(thread);
        if (thread.State != ThreadPhase.Ended)
        {
            // Without a key it is whoever the client would speak as.
            var by = await names.MustNameAsync(
                call.Caller, call.Caller.Subject is null ? thread.Initiator : null, cancellation);
            await inbox.PostAsync(
                call.Client, thread.ThreadId, new CancelRequested(by.ToString(), "Cancelled over A2A."), cancellation);
            thread = (await log.FindAsync(thread.ThreadId, cancellation))?.View ?? thread;
        }

        return thread.State == ThreadPhase.Ended && thread.Reason != EndReason.Cancelled
            ? throw new A2aException(A2aError.OfTask(
                A2aErrorKind.TaskNotCancelable, thread.ThreadId, "The task is over already; there is nothing to cancel."))
            : await reader.ReadAsync(thread, A2aTaskReader.DefaultHistory, artifacts: true, call.Address, cancellation);
    }

    private async Task<ThreadView> SendOnlyAsync(A2aCall call, A2aSendRequest request, CancellationToken cancellation)
    {
        if (request.Configuration?.TaskPushNotificationConfig is { } push)
        {
            // A mistake in it must not leave a thread behind that nobody hears of.
            await pushes.CheckAsync(push, taskId: "", "configuration.taskPushNotificationConfig.", cancellation);
        }

        var thread = await sends.SendAsync(call, request, cancellation);
        if (request.Configuration?.TaskPushNotificationConfig is { } wanted && thread.State != ThreadPhase.Ended)
        {
            await pushes.AddAsync(call, thread, wanted, "configuration.taskPushNotificationConfig.", cancellation);
        }

        return await tasks.FindAsync(call with { Agent = null }, thread.ThreadId, cancellation);
    }

    private async Task<ThreadView> WaitAsync(A2aCall call, ThreadView thread, CancellationToken cancellation)
    {
        using var place = streams.Enter(call.Caller);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation, streams.Stopping, call.Request.HttpContext.RequestAborted);
        var id = thread.ThreadId;
        await LongPoll.UntilAsync(
            log,
            id,
            async () => (await log.FindAsync(id, either.Token))?.View ?? thread,
            seen => A2aTasks.StateOf(seen).IsAtRest(),
            options.Value.A2a.AnswerWithin,
            time,
            either.Token);

        // The key may have been revoked, or have expired, while the answer was waited for.
        await callers.CheckAsync(call.Request.HttpContext, "A2aSendMessage");
        return await tasks.FindAsync(call with { Agent = null }, id, cancellation);
    }

    private async Task<IResult> StreamAsync(
        A2aCall call,
        ThreadView thread,
        int history,
        bool isRpc,
        JsonNode? rpcId,
        bool endsAtRest,
        CancellationToken cancellation)
    {
        // The position comes before the look: what happens in between is told twice rather than never.
        var from = await feed.EndAsync(cancellation);
        thread = await tasks.FindAsync(call with { Agent = null }, thread.ThreadId, cancellation);
        var task = await reader.ReadAsync(thread, history, artifacts: true, call.Address, cancellation);
        var form = new A2aStreamForm(
            call.Request.HttpContext, updates, task, thread.Messages, call.Address, rpcId, isRpc, endsAtRest);
        return new EventStreamAnswer(
            feed,
            form,
            streams,
            callers,
            from,
            new EventFilter { Types = A2aUpdates.Types, Threads = [thread.ThreadId], Listener = call.Caller },
            options.Value.Events.LongestStream ?? TimeSpan.FromDays(1),
            time);
    }

    private static int HistoryOf(int? asked, string path) => asked switch
    {
        null => A2aTaskReader.DefaultHistory,
        < 0 => throw new A2aException(A2aError.InvalidParams(path, InputError.OutOfRange, "This must be 0 or more.")),
        _ => asked.Value,
    };

    private static (DateTimeOffset At, string Id)? PageOf(A2aListRequest request, int size)
    {
        var mistakes = new List<InputError>();
        if (size is < 1 or > A2aListRequest.MostPerPage)
        {
            mistakes.Add(new InputError(
                "pageSize", InputError.OutOfRange, $"This must be 1 to {A2aListRequest.MostPerPage}."));
        }

        if (!Enum.IsDefined(request.Status))
        {
            mistakes.Add(new InputError("status", InputError.InvalidValue, "There is no such state of a task."));
        }

        (DateTimeOffset, string)? from = null;
        if (request.PageToken is { Length: > 0 } token)
        {
            if (token.Split('.') is [var ticks, var id]
                && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && at <= DateTimeOffset.MaxValue.Ticks)
            {
                from = (new DateTimeOffset(at, TimeSpan.Zero), id);
            }
            else
            {
                mistakes.Add(new InputError(
                    "pageToken", InputError.InvalidValue, "This must be the nextPageToken of an earlier page."));
            }
        }

        return mistakes.Count == 0 ? from : throw new A2aException(A2aError.InvalidParams(mistakes));
    }

    private static string TokenOf(ThreadMark mark) =>
        string.Create(CultureInfo.InvariantCulture, $"{mark.ChangedAt.UtcTicks}.{mark.ThreadId}");

    private static bool IsAfter(ThreadMark one, (DateTimeOffset At, string Id) last) =>
        one.ChangedAt < last.At || (one.ChangedAt == last.At && string.CompareOrdinal(one.ThreadId, last.Id) < 0);

    /// <summary>Whether a thread can be in a state at all: most are told by that alone, and need not be read.</summary>
    private static bool MayBe(A2aTaskState state, bool hasEnded) =>
        state == A2aTaskState.Unspecified || state.IsOver() == hasEnded;

    private static bool Fits(ThreadView thread, A2aListRequest request) =>
        (request.Status == A2aTaskState.Unspecified || A2aTasks.StateOf(thread) == request.Status)
        && (string.IsNullOrEmpty(request.ContextId) || A2aTasks.ContextOf(thread) == request.ContextId);
}
