using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Agents;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Dialogues;

/// <summary>A whole dialogue as one call, or as a task where the client asks for one (<see cref="DialogueTasks"/>).</summary>
internal sealed class DialogueTool(Desk desk, Mouth mouth, Holds holds, DialogueStarts starts)
{
    /// <summary>The tool's name.</summary>
    public const string Name = "run_dialogue";

    [McpServerTool(Name = Name, Destructive = false, Idempotent = true, UseStructuredContent = true)]
    [Description(
        "Have work judged by another agent: start a thread on a task, hand over your submission, and wait for the verdict and " +
        "its evidence. The same call again joins the dialogue that it started, so call it again while it says running. " +
        "When it says your_move, mend what failed and call it with thread and a new submission.")]
    public async Task<DialogueAnswer> RunDialogueAsync(
        RequestContext<CallToolRequestParams> request,
        IProgress<ProgressNotificationValue> progress,
        [Description("Goes on with this dialogue; subject, acceptance, responder and task are then not needed.")]
        string? thread = null,
        [Description("One line: what is to be done.")] string? subject = null,
        [Description("What is to be done, in full.")] string? body = null,
        [Description("What must hold for a pass, at least one.")] IReadOnlyList<CriterionInput>? acceptance = null,
        [Description("The agent that judges; agents lists them.")] string? responder = null,
        [Description("The id of the task that it is about.")] string? task = null,
        [Description("Your work, handed over as soon as you have the move. Leave out to start without handing anything over.")]
        string? submission = null,
        [Description("The bounds; the mesh's own where left out.")] LimitsInput? limits = null,
        [Description("The agent that builds, where it is not you.")] string? initiator = null,
        [Description("How long to wait, 0-3600.")] int waitSeconds = 50,
        CancellationToken cancellationToken = default)
    {
        var view = thread is null
            ? await StartAsync(subject, body, acceptance, responder, task, limits, initiator, cancellationToken)
            : await desk.Mesh.GetThreadAsync(desk.Allowed(thread), cancellationToken);
        if (request.Items.ContainsKey(DialogueTasks.Wanted))
        {
            request.Items[DialogueTasks.Started] = await starts.HandOverAsync(view, submission, mouth, cancellationToken);
            return Answer(DialogueOutcome.Running, view);
        }

        var patience = new Patience(desk.Time, TimeSpan.FromSeconds(Math.Clamp(waitSeconds, 0, 3600)), progress);
        return await FollowAsync(view, submission, request, patience, cancellationToken);
    }

    /// <summary>How a dialogue ended, with the verdict and where the evidence is.</summary>
    public async Task<DialogueAnswer> EndAsync(ThreadView view, CancellationToken cancellation)
    {
        var outcome = view.EndState switch
        {
            EndState.Pass => DialogueOutcome.Pass,
            EndState.Partial => DialogueOutcome.Partial,
            EndState.Answered => DialogueOutcome.Answered,
            _ => DialogueOutcome.Blocked,
        };
        return await WithVerdictAsync(Answer(outcome, view), view, cancellation);
    }

    private async Task<DialogueAnswer> FollowAsync(
        ThreadView view,
        string? submission,
        RequestContext<CallToolRequestParams> request,
        Patience patience,
        CancellationToken cancellation)
    {
        for (; ; view = await desk.Mesh.GetThreadAsync(view.ThreadId, cancellation))
        {
            if (view.State == ThreadPhase.Ended)
            {
                return await EndAsync(view, cancellation);
            }

            if (view.State == ThreadPhase.Held && await holds.DecideAsync(request, view, cancellation))
            {
                continue;
            }

            if (view.Awaiting == desk.Agent)
            {
                if (string.IsNullOrWhiteSpace(submission))
                {
                    return await WithVerdictAsync(Answer(DialogueOutcome.YourMove, view), view, cancellation);
                }

                await mouth.SayAsync(view.ThreadId, Submission(submission), cancellation);
                submission = null;
                continue;
            }

            if (!patience.IsLeft)
            {
                return Answer(view.State == ThreadPhase.Held ? DialogueOutcome.Held : DialogueOutcome.Running, view);
            }

            patience.Tell(DialogueTasks.StatusOf(view));
            await WaitTool.PollAsync(desk, view, patience, cancellation);
        }
    }

    private AgentReply Submission(string text) => AgentReply.Of(MessageKind.Submission, desk.Clean(text));

    private async Task<ThreadView> StartAsync(
        string? subject,
        string? body,
        IReadOnlyList<CriterionInput>? acceptance,
        string? responder,
        string? task,
        LimitsInput? limits,
        string? initiator,
        CancellationToken cancellation)
    {
        List<string> missing =
        [
            .. string.IsNullOrWhiteSpace(subject) ? ["subject"] : Array.Empty<string>(),
            .. string.IsNullOrWhiteSpace(responder) ? ["responder"] : Array.Empty<string>(),
            .. string.IsNullOrWhiteSpace(task) ? ["task"] : Array.Empty<string>(),
            .. acceptance is null or [] ? ["acceptance"] : Array.Empty<string>(),
        ];
        if (missing is not [])
        {
            throw new RefusedException(
                "invalid_arguments",
                $"A new dialogue needs {string.Join(", ", missing)}.",
                "Give them, or name the thread to go on with.");
        }

        var request = new StartThreadRequest
        {
            Pattern = Pattern.BuilderVerifier,
            McTask = task!.Trim(),
            Initiator = string.IsNullOrWhiteSpace(initiator) ? desk.Agent : initiator.Trim(),
            Responder = responder!.Trim(),
            Brief = new Brief
            {
                Subject = desk.Clean(subject!.Trim()),
                Body = string.IsNullOrWhiteSpace(body) ? null : JsonText.OfString(desk.Clean(body)),
                Acceptance =
                [
                    .. acceptance!.Select((criterion, index) => new AcceptanceCriterion(
                        criterion.Id ?? string.Create(CultureInfo.InvariantCulture, $"AC-{index + 1}"),
                        desk.Clean(criterion.Title),
                        criterion.Required)),
                ],
            },
            Limits = limits?.ToRequest(),
        };
        return await starts.StartAsync(request, cancellation);
    }

    private DialogueAnswer Answer(DialogueOutcome outcome, ThreadView view) => new()
    {
        Outcome = outcome,
        Thread = desk.Sum(view),
        Evidence = new EvidenceWords(
            new Uri(desk.Mesh.Address, $"api/threads/{Uri.EscapeDataString(view.ThreadId)}/evidence")
                .GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped),
            view.Evidence.Final,
            view.Evidence.Head,
            $"mesh evidence {view.ThreadId} --out evidence.json && mesh evidence verify evidence.json"),
        NextStep = outcome switch
        {
            DialogueOutcome.Running => "Make the same call again to go on waiting.",
            DialogueOutcome.YourMove => $"Mend what failed, then call {Name} with thread={view.ThreadId} and a new submission.",
            DialogueOutcome.Held => Holds.HowToDecide(view.ThreadId),
            _ => null,
        },
        Notice = Desk.Notice,
    };

    private async Task<DialogueAnswer> WithVerdictAsync(DialogueAnswer answer, ThreadView view, CancellationToken cancellation)
    {
        var messages = await desk.MessagesAsync(view.ThreadId, 0, cancellation);
        var reading = new Reading(desk, 20_000);
        var verdict = messages.LastOrDefault(message => message.Kind == MessageKind.Verdict);
        return answer with
        {
            Verdict = verdict is null ? null : reading.Take(verdict),
            Since = view.State == ThreadPhase.Ended
                ? null
                : [.. desk.SinceOwnTurn(messages).Where(message => message != verdict).Select(message => reading.Take(message))],
        };
    }
}

/// <summary>A criterion, as a model gives it.</summary>
public sealed record CriterionInput
{
    /// <summary>What must hold.</summary>
    [Description("What must hold, in one line.")]
    public required string Title { get; init; }

    /// <summary>Its id.</summary>
    [Description("Its id; AC-1, AC-2 and so on where left out.")]
    public string? Id { get; init; }

    /// <summary>Whether a pass must cover it.</summary>
    public bool Required { get; init; } = true;
}

/// <summary>The bounds of a dialogue, as a model gives them.</summary>
public sealed record LimitsInput
{
    /// <summary>Minutes until it ends by itself.</summary>
    public double? TtlMinutes { get; init; }

    /// <summary>The turn that ends it.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>US dollars that end it.</summary>
    public decimal? CostCapUsd { get; init; }

    internal LimitsRequest ToRequest() => new()
    {
        Ttl = TtlMinutes is not { } minutes ? null
            : minutes is > 0 and < 1_000_000 ? TimeSpan.FromSeconds(Math.Ceiling(minutes * 60))
            : throw new RefusedException(
                "invalid_arguments", "limits.ttlMinutes is out of range.", "Give the minutes until the end."),
        MaxTurns = MaxTurns,
        CostCapUsd = CostCapUsd,
    };
}

/// <summary>Where a dialogue is.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DialogueOutcome>))]
public enum DialogueOutcome
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>The agent itself has the move.</summary>
    YourMove,

    /// <summary>A person has to decide first.</summary>
    Held,

    /// <summary>It ended as PASS.</summary>
    Pass,

    /// <summary>It ended as PARTIAL.</summary>
    Partial,

    /// <summary>It ended as BLOCKED.</summary>
    Blocked,

    /// <summary>It ended as ANSWERED: advice was given.</summary>
    Answered,
}

/// <summary>Where a dialogue is.</summary>
public sealed record DialogueAnswer : ToolAnswer
{
    /// <summary>Which of the cases it is.</summary>
    public DialogueOutcome? Outcome { get; init; }

    /// <summary>The thread; its id is the id of the task, too.</summary>
    public ThreadSummary? Thread { get; init; }

    /// <summary>The last verdict.</summary>
    public MessageWords? Verdict { get; init; }

    /// <summary>What else the other party said since the agent's own last turn.</summary>
    public IReadOnlyList<MessageWords>? Since { get; init; }

    /// <summary>Where the evidence is.</summary>
    public EvidenceWords? Evidence { get; init; }

    /// <summary>What to do next.</summary>
    public string? NextStep { get; init; }

    /// <summary>Whose words these are.</summary>
    public string? Notice { get; init; }
}

/// <summary>Where the evidence is.</summary>
/// <param name="Url">Its address; wants the key.</param>
/// <param name="Final">Whether it is complete.</param>
/// <param name="Head">The last entry's hash.</param>
/// <param name="Verify">The commands that fetch and verify it.</param>
public sealed record EvidenceWords(string Url, bool Final, string? Head, string Verify);
