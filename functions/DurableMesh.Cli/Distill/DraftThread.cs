using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Client;
using DurableMesh.Core.Distillation;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Distill;

/// <summary>
/// One thread about some drafts, from its start to its end, as its distiller. All that was said stands in the mesh: a run that
/// was broken off finds its threads again by what they are about, and goes on from their transcripts.
/// </summary>
/// <param name="desk">Speaks for whoever has the drafts distilled: creates tasks, starts threads.</param>
/// <param name="mesh">Speaks as the distiller.</param>
/// <param name="options">How.</param>
/// <param name="mender">Mends.</param>
/// <param name="drafts">The drafts.</param>
/// <param name="baseline">What the brief says of the baseline.</param>
internal sealed class DraftThread(
    MeshClient desk,
    MeshClient mesh,
    DistillOptions options,
    DraftMender mender,
    IReadOnlyList<QuestionAnswer> drafts,
    BaselineBrief baseline)
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);

    /// <summary>Sees the drafts through.</summary>
    public async Task<DistilledBatch> RunAsync(CancellationToken cancellation)
    {
        var thread = await StartAsync(cancellation);
        var messages = new List<MessageView>();
        while (true)
        {
            var asked = NextTurnIsOurs(thread) ? TimeSpan.Zero : LongPoll;
            var page = await mesh.GetMessagesAsync(thread.ThreadId, messages.Count, to: null, asked, cancellation);
            messages.AddRange(page.Messages);
            thread = await mesh.GetThreadAsync(thread.ThreadId, cancellation);
            if (thread.State == ThreadPhase.Ended && messages.Count >= thread.Messages)
            {
                return Conclude(thread, messages);
            }

            if (NextTurnIsOurs(thread) && messages.Count >= thread.Messages)
            {
                await SubmitAsync(thread, messages, cancellation);
            }
        }
    }

    private bool NextTurnIsOurs(ThreadView thread) => thread.State == ThreadPhase.Open && thread.Awaiting == options.Distiller;

    /// <summary>Starts the thread, on an MC task of its own: its end takes its task out of progress.</summary>
    private async Task<ThreadView> StartAsync(CancellationToken cancellation)
    {
        var brief = new JsonObject
        {
            ["question"] = "Would these drafts pass the current baseline?",
            ["drafts"] = JsonSerializer.SerializeToNode(drafts, CliJson.Context.IReadOnlyListQuestionAnswer),
            ["baseline"] = baseline.ToJson(drafts),
        };
        var key = $"distill-{Hash(brief.ToJsonString(), JsonSerializer.Serialize(options, CliJson.Context.DistillOptions))}";
        var subject = drafts is [var only]
            ? $"Would draft {only.Id} pass the current baseline?"
            : $"Would {drafts.Count} drafts from {drafts[0].Id} on pass the current baseline?";
        await CreateTaskAsync(key, subject, cancellation);
        var request = new StartThreadRequest
        {
            Pattern = Pattern.Distillation,
            McTask = key,
            Initiator = options.Distiller,
            Responder = options.Comparator,
            Brief = new Brief
            {
                Subject = subject,
                Body = JsonText.Parse(Encoding.UTF8.GetBytes(brief.ToJsonString())),
                Acceptance = DraftBatch.CriteriaOf(drafts),
            },
            Limits = options.Limits,
        };
        return await desk.StartAsync(
            JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.StartThreadRequest), key, cancellation);
    }

    private async Task CreateTaskAsync(string id, string title, CancellationToken cancellation)
    {
        try
        {
            await desk.CreateTaskAsync(
                new CreateTaskRequest
                {
                    Id = id,
                    Title = title,
                    Owner = Subject.Agent(options.Distiller).ToString(),
                    State = MissionTaskState.InProgress,
                },
                cancellation);
        }
        catch (MeshProblemException known) when (known.Problem.Code == "task_exists")
        {
            // A run before this one created it, and its thread has moved it since.
        }
    }

    private async Task SubmitAsync(ThreadView thread, IReadOnlyList<MessageView> messages, CancellationToken cancellation)
    {
        var next = messages.LastOrDefault(message => message.Kind == MessageKind.Submission) is { } last
            ? await MendAsync(thread, SubmissionIn(last), JudgementsIn(messages[^1]), cancellation)
            : new DraftBatch(drafts, Final: options.MaxRounds == 1);
        var message = new SendMessageRequest
        {
            MessageId = $"drafts-{thread.Round + 1}",
            From = options.Distiller,
            Kind = MessageKind.Submission,
            Body = JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(next, CliJson.Context.DraftBatch)),
        };
        await mesh.SendAsync(
            thread.ThreadId, JsonSerializer.SerializeToUtf8Bytes(message, CliJson.Context.SendMessageRequest), cancellation);
    }

    /// <summary>The drafts for the next round. The last one says that it is: nothing is mended after it.</summary>
    private async Task<DraftBatch> MendAsync(
        ThreadView thread, DraftBatch last, IReadOnlyList<DraftJudgement> judgements, CancellationToken cancellation)
    {
        var (next, changed) = (new List<QuestionAnswer>(), false);
        foreach (var draft in last.Drafts)
        {
            var mended = judgements.FirstOrDefault(one => one.Id == draft.Id) is { Outcome: DraftOutcome.Mend } objection
                ? await mender.MendAsync(draft, objection, cancellation)
                : null;
            changed |= mended is not null;
            next.Add(mended ?? draft);
        }

        return new DraftBatch(next, Final: !changed || thread.Round + 1 >= options.MaxRounds);
    }

    private DistilledBatch Conclude(ThreadView thread, IReadOnlyList<MessageView> messages)
    {
        var last = messages.LastOrDefault(message => message.Kind == MessageKind.Submission) is { } submission
            ? SubmissionIn(submission).Drafts
            : drafts;
        var verdicts = messages.Where(message => message.Kind == MessageKind.Verdict).ToList();
        var final = verdicts.LastOrDefault();
        var judged = final is null ? [] : JudgementsIn(final);
        var ends = new List<DistilledDraft>();
        var kept = new List<QuestionAnswer>();
        foreach (var draft in last)
        {
            var judgement = judged.FirstOrDefault(one => one.Id == draft.Id);
            var passes = thread.EndState == EndState.Pass
                && final!.Checks.Any(check => check.Id == draft.Id && check.Status == CheckStatus.Pass);
            var earlier = verdicts.SelectMany(JudgementsIn).Where(one => one.Id == draft.Id && one.Outcome != DraftOutcome.Pass);
            var reasons = earlier.SelectMany(one => one.Reasons).DistinctBy(reason => reason.Detail).ToList();
            var end = !passes ? judgement?.Outcome == DraftOutcome.Drop ? DraftEnd.Dropped : DraftEnd.Stopped
                : drafts.Contains(draft) ? DraftEnd.Passed
                : DraftEnd.Mended;
            var why = reasons.Count > 0 ? string.Join(' ', reasons.Select(reason => reason.Detail))
                : passes ? null
                : thread.Detail ?? $"The thread ended as {thread.EndState?.ToString().ToUpperInvariant()}.";
            ends.Add(new(draft.Id, end, thread.ThreadId, why, [.. reasons.Select(reason => reason.Code).Distinct()]));
            if (passes)
            {
                kept.Add(draft);
            }
        }

        return new(thread, ends, kept, ReadingCost.Of(messages));
    }

    private DraftBatch SubmissionIn(MessageView message) => DraftBatch.Read(message.Body).Value
        ?? throw new CliException(
            ExitCode.Refused, $"Message {message.Sequence} of thread {message.ThreadId} has no drafts: somebody else speaks as "
                + $"{options.Distiller} there.");

    /// <summary>What a verdict says of each draft: its body where it is a comparator's, else its checks.</summary>
    private static IReadOnlyList<DraftJudgement> JudgementsIn(MessageView verdict) =>
        DraftJudgements.TryRead(verdict.Body) is { } judgements ? judgements.Judgements : DraftJudgements.OfChecks(verdict);

    private static string Hash(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..24];
}
