using DurableMesh.Agents.Processes;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// Answers one message: claims it, runs the handler until that ends well or is given up, and sends what it said. The record in
/// the journal says at every moment what is to be done after a crash.
/// </summary>
internal sealed class Conversation(
    MeshAgentOptions options,
    IAgentHandler handler,
    MeshLink mesh,
    AgentHome home,
    RetrySignal retries,
    ILogger log,
    TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LeaseHeldElsewhere = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _places = new(options.Parallel);
    private readonly ThreadReader _reader = new(mesh, options.Agent);
    private readonly Outbox _outbox = new(options, mesh, log);
    private readonly Secret _secret = new(options.Key);
    private readonly ThreadWatch _watch = new(mesh, time);
    private readonly RunJournal _journal = home.Journal;

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    /// <summary>Answers a message. When this returns, nothing is left to do for it.</summary>
    public async Task AnswerAsync(MessageView message, CancellationToken cancellation)
    {
        if (!_reader.CanAnswer(message, options.Only))
        {
            return;
        }

        var record = _journal.Read(message.ThreadId);
        await EndLeftoversAsync(record);
        RunEnd.Refused? refusal = null;
        if (record.Sequence == message.Sequence && record is { State: RunState.Sending, Outgoing: { } outgoing })
        {
            refusal = await SendTurnAsync(record, outgoing, cancellation);
            if (refusal is null)
            {
                return;
            }

            record = record with { Outgoing = null };
        }

        if (record.Sequence != message.Sequence)
        {
            record = record.TakeUp(message.Sequence);
        }

        ThreadView thread;
        while (true)
        {
            (thread, var turn) = await _reader.ReadTurnAsync(message, record, cancellation);
            if (turn is null)
            {
                break;
            }

            if (!IsWanted(message))
            {
                Write(record with { State = RunState.Waiting, Why = $"this runner leaves a {message.Kind} alone" });
                AgentLog.LeftAlone(log, message.ThreadId, message.Sequence, message.Kind);
                return;
            }

            var next = refusal is null
                ? await AttemptAsync(record, turn, cancellation)
                : await SettleAsync(record, turn, refusal, cancellation);
            refusal = null;
            if (next is null)
            {
                return;
            }

            if (next == record)
            {
                await Task.Delay(LeaseHeldElsewhere, time, cancellation);
            }

            record = next;
        }

        await ForgetIfEndedAsync(thread, cancellation);
    }

    private bool IsWanted(MessageView message) => options.Only.Count == 0 || options.Only.Contains(message.Kind);

    /// <summary>A runner that was killed may have left its run going on.</summary>
    private static Task EndLeftoversAsync(RunRecord record) =>
        record.Mark is { } mark ? ProcessTree.EndAsync(mark, session: 0) : Task.CompletedTask;

    /// <returns>The lease; null where the message is another runner's, for now or for good.</returns>
    private async Task<HeldLease?> ClaimAsync(RunRecord record, CancellationToken cancellation)
    {
        var lease = new LeaseRequest(options.Agent, home.Holder, record.Sequence, options.Lease, Device: options.Device);
        try
        {
            long asked = 0;
            await mesh.PersistAsync(
                (client, stop) =>
                {
                    asked = time.GetTimestamp();
                    return client.LeaseAsync(record.ThreadId, lease, stop);
                },
                cancellation);
            return new HeldLease(lease, asked);
        }
        catch (MeshProblemException refused)
        {
            var why = refused.Problem.Detail ?? refused.Problem.Title;
            if (_journal.Read(record.ThreadId) is var known
                && (known.Sequence, known.State, known.Attempt) != (record.Sequence, RunState.Waiting, record.Attempt))
            {
                AgentLog.Waiting(log, record.ThreadId, record.Sequence, why);
            }

            Write(record with { State = RunState.Waiting, Why = why });
            return null;
        }
    }

    /// <returns>
    /// The record to go on with, as it was where another runner has the message; null where nothing is left to do.
    /// </returns>
    private async Task<RunRecord?> AttemptAsync(
        RunRecord record, AgentTurn turn, CancellationToken cancellation)
    {
        ActiveRun run;
        RunEnd end;
        await _places.WaitAsync(cancellation);
        try
        {
            // Claimed with a place in hand: a lease that waits for one would run out.
            if (await ClaimAsync(record, cancellation) is not { } lease)
            {
                return record;
            }

            if (!await _outbox.ReserveAsync(record, cancellation))
            {
                return null;
            }

            var now = time.GetUtcNow();
            record = Write(record with
            {
                State = RunState.Running,
                Attempt = record.Attempt + 1,
                FirstTry = record.FirstTry ?? now,
                NextTry = null,
                Mark = Guid.NewGuid().ToString("N"),
            });
            AgentLog.AtWork(log, record.ThreadId, record.Sequence, record.Attempt);
            (run, end) = await RunAsync(record, turn, lease, cancellation);
        }
        finally
        {
            _places.Release();
        }

        record = record with { Mark = null, Session = run.Session };
        if (run.Useless is { } useless)
        {
            AgentLog.Stopped(log, record.ThreadId, record.Sequence, useless);
            Write(record with { State = RunState.Waiting, Why = useless, Unsettled = _outbox.Spent(record, run) });
            return record;
        }

        end = _secret.Hide(run.Contradiction ?? end);
        if (end is RunEnd.Done done)
        {
            if (_outbox.Turn(record, turn, run, done.Text) is { } outgoing)
            {
                record = Write(record with { State = RunState.Sending, Outgoing = outgoing, Unsettled = null }, durable: true);
                if (await SendTurnAsync(record, outgoing, cancellation) is not { } refusal)
                {
                    return null;
                }

                end = refusal;
                record = record with { Outgoing = null };
            }
            else if (!turn.IsMove(options.Agent))
            {
                await FinishAsync(record, RunState.Done, sent: null, cancellation);
                return null;
            }
            else
            {
                end = new RunEnd.Refused("no_answer", Outbox.NoAnswer(turn, options.Agent, done.Text));
            }
        }

        return await SettleAsync(record with { Unsettled = _outbox.Spent(record, run) }, turn, end, cancellation);
    }

    private async Task<(ActiveRun Run, RunEnd End)> RunAsync(
        RunRecord record, AgentTurn turn, HeldLease lease, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, timeout.Token);
        var run = new ActiveRun(record, turn, options.Agent, Keep, _outbox.SendAsideAsync);
        var watching = WatchAsync(run, turn.Thread, lease, over);
        try
        {
            run.Workspace = await options.Workspaces.PrepareAsync(turn.Thread, either.Token);
            return (run, await handler.RunAsync(run, either.Token));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && run.Useless is null)
        {
            return (run, new RunEnd.Failed($"It took longer than {Iso8601Duration.Format(options.Timeout)} and was ended."));
        }
        catch (Exception failure)
        {
            return (run, new RunEnd.Failed(failure.Message));
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }
    }

    private async Task WatchAsync(ActiveRun run, ThreadView thread, HeldLease lease, CancellationTokenSource over)
    {
        try
        {
            run.Useless = await _watch.UntilUselessAsync(thread, lease, over.Token);
            await over.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
        catch (MeshProblemException refused)
        {
            run.Useless = $"the mesh does not let it go on: {refused.Message}";
            await over.CancelAsync();
        }
    }

    /// <summary>Decides what follows on a run that did not come to an answer.</summary>
    private async Task<RunRecord?> SettleAsync(
        RunRecord record, AgentTurn turn, RunEnd end, CancellationToken cancellation)
    {
        switch (RunRules.Next(record, end, options.RetryFor, time.GetUtcNow(), Random.Shared.NextDouble()))
        {
            case RunStep.Again again:
                AgentLog.Later(log, record.ThreadId, record.Sequence, AgentLog.Line(again.Why), again.At, record.Attempt);
                record = Write(record with
                {
                    State = RunState.Later,
                    Why = again.Why,
                    NextTry = again.At,
                    Refused = again.Refusal,
                });
                await retries.WaitAsync(record.ThreadId, again.At, cancellation);
                return record;
            case RunStep.GiveUp given:
                AgentLog.GivenUp(log, record.ThreadId, record.Sequence, record.Attempt, AgentLog.Line(given.Why));
                var sent = await _outbox.GiveUpAsync(record, turn, given.Why, cancellation);
                await FinishAsync(record with { Why = given.Why, Unsettled = null }, RunState.Failed, sent, cancellation);
                return null;
            default:
                throw new InvalidOperationException($"There is no step after {end}.");
        }
    }

    /// <returns>What the mesh did not take; null where nothing is left to do.</returns>
    private async Task<RunEnd.Refused?> SendTurnAsync(
        RunRecord record, SendMessageRequest outgoing, CancellationToken cancellation)
    {
        var (sent, refusal) = await _outbox.SendAsync(record, outgoing, cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        if (sent is not null)
        {
            AgentLog.Answered(log, record.ThreadId, record.Sequence, outgoing.Kind, sent);
        }

        await FinishAsync(record, RunState.Done, sent, cancellation);
        return null;
    }

    /// <summary>The message is done with: nobody gets it any more.</summary>
    private async Task FinishAsync(RunRecord record, RunState state, int? sent, CancellationToken cancellation)
    {
        var done = new LeaseRequest(
            options.Agent, home.Holder, record.Sequence, options.Lease, Done: true, options.Device);
        try
        {
            await mesh.PersistAsync((client, stop) => client.LeaseAsync(record.ThreadId, done, stop), cancellation);
        }
        catch (MeshProblemException)
        {
            // Its thread has ended with the answer, or another runner has done with it too: the mesh knows as much.
        }

        Write(record with
        {
            State = state,
            Outgoing = null,
            Refused = null,
            Why = state == RunState.Failed ? record.Why : null,
            NextTry = null,
            LastTurn = sent ?? record.LastTurn,
        });
        await ForgetIfEndedAsync(await _reader.GetAsync(record.ThreadId, cancellation), cancellation);
    }

    private async Task ForgetIfEndedAsync(ThreadView thread, CancellationToken cancellation)
    {
        if (thread.State != ThreadPhase.Ended)
        {
            return;
        }

        // What was given up stays, for the person who looks for the reason.
        if (_journal.Read(thread.ThreadId).State != RunState.Failed)
        {
            _journal.Forget(thread.ThreadId);
        }

        _reader.Forget(thread.ThreadId);
        await options.Workspaces.ReleaseAsync(thread.ThreadId, cancellation);
    }

    private void Keep(RunRecord record) => Write(record, durable: true);

    private RunRecord Write(RunRecord record, bool durable = false)
    {
        record = record with { Since = time.GetUtcNow() };
        _journal.Write(record, durable);
        return record;
    }
}
