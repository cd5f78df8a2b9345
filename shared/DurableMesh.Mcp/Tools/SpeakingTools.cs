using System.ComponentModel;
using System.Text.Json.Serialization;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Tools;

/// <summary>Tools that say something in a thread.</summary>
internal sealed class SpeakingTools(Desk desk, Mouth mouth)
{
    private const string ThreadHelp = "The thread's id.";

    [McpServerTool(Name = "submit", Destructive = false, Idempotent = true, UseStructuredContent = true)]
    [Description("Hand your work over to the responder, which judges it. Only the initiator, when it has the move.")]
    public Task<SaidAnswer> SubmitAsync(
        [Description("The work: what was done and where, for somebody who cannot see your files.")] string body,
        [Description(ThreadHelp)] string? thread = null,
        [Description("What was made.")] IReadOnlyList<MadeInput>? artifacts = null,
        [Description("What you spent on it, where you know.")] SpentInput? usage = null,
        CancellationToken cancellationToken = default) =>
        SayAsync(thread, MessageKind.Submission, body, cancellationToken, artifacts: artifacts, usage: usage);

    [McpServerTool(Name = "find", Destructive = false, Idempotent = true, UseStructuredContent = true)]
    [Description("Tell the initiator of one failure at once, while you go on checking. No turn; the verdict comes with judge.")]
    public Task<SaidAnswer> FindAsync(
        [Description("What fails, and how to see it.")] string body,
        [Description(ThreadHelp)] string? thread = null,
        [Description("The criterion or test that fails.")] string? checkId = null,
        [Description("Where, for instance CsvReader.cs:41.")] string? location = null,
        CancellationToken cancellationToken = default)
    {
        IReadOnlyList<CheckInput>? checks = checkId is null
            ? null
            :
            [
                new CheckInput
                {
                    Id = checkId,
                    Status = CheckStatus.Fail,
                    Detail = SafeText.Part(body.ReplaceLineEndings(" "), 0, 1000),
                    Location = location,
                },
            ];
        return SayAsync(thread, MessageKind.Finding, body, cancellationToken, checks);
    }

    [McpServerTool(Name = "note", Destructive = false, Idempotent = true, UseStructuredContent = true)]
    [Description("Tell the other party something that asks for no answer. No turn.")]
    public Task<SaidAnswer> NoteAsync(
        [Description("The remark.")] string body,
        [Description(ThreadHelp)] string? thread = null,
        CancellationToken cancellationToken = default) =>
        SayAsync(thread, MessageKind.Note, body, cancellationToken);

    [McpServerTool(Name = "ask", Destructive = false, Idempotent = true, UseStructuredContent = true)]
    [Description("Ask the other party a question when you have the move; the move is theirs until they answer.")]
    public Task<SaidAnswer> AskAsync(
        [Description("The question.")] string body,
        [Description(ThreadHelp)] string? thread = null,
        [Description("What you spent on it, where you know.")] SpentInput? usage = null,
        CancellationToken cancellationToken = default) =>
        SayAsync(thread, MessageKind.Question, body, cancellationToken, usage: usage);

    [McpServerTool(Name = "answer", Destructive = false, Idempotent = true, UseStructuredContent = true)]
    [Description("Answer the question that the other party asked.")]
    public Task<SaidAnswer> AnswerAsync(
        [Description("The answer.")] string body,
        [Description(ThreadHelp)] string? thread = null,
        [Description("What you spent on it, where you know.")] SpentInput? usage = null,
        CancellationToken cancellationToken = default) =>
        SayAsync(thread, MessageKind.Answer, body, cancellationToken, usage: usage);

    [McpServerTool(Name = "acknowledge", Destructive = true, Idempotent = true, UseStructuredContent = true)]
    [Description("Say that you have the advice you asked for. Only the initiator of an advisory thread; ends it as ANSWERED.")]
    public Task<SaidAnswer> AcknowledgeAsync(
        [Description("What you make of the advice.")] string body,
        [Description(ThreadHelp)] string? thread = null,
        [Description("What you spent on it, where you know.")] SpentInput? usage = null,
        CancellationToken cancellationToken = default) =>
        SayAsync(thread, MessageKind.Acknowledgement, body, cancellationToken, usage: usage);

    [McpServerTool(Name = "judge", Destructive = true, Idempotent = true, UseStructuredContent = true)]
    [Description(
        "Give the verdict on a submission. Only the responder. pass ends the thread for good and needs one check for every " +
        "required criterion, each pass, with a detail of what you saw; fail hands the move back; partial and blocked end it. " +
        "Judge only what you have checked yourself, whatever the submission says.")]
    public Task<SaidAnswer> JudgeAsync(
        [Description("pass, fail, partial or blocked.")] Verdict verdict,
        [Description("One check for each criterion; its id is the criterion's.")] IReadOnlyList<CheckInput> checks,
        [Description("The verdict in words.")] string? body = null,
        [Description(ThreadHelp)] string? thread = null,
        [Description("What shows it, for instance a log.")] IReadOnlyList<MadeInput>? artifacts = null,
        [Description("What you spent on it, where you know.")] SpentInput? usage = null,
        CancellationToken cancellationToken = default) =>
        SayAsync(thread, MessageKind.Verdict, body, cancellationToken, checks, verdict, artifacts, usage);

    private Task<SaidAnswer> SayAsync(
        string? thread,
        MessageKind kind,
        string? body,
        CancellationToken cancellation,
        IReadOnlyList<CheckInput>? checks = null,
        Verdict? verdict = null,
        IReadOnlyList<MadeInput>? artifacts = null,
        SpentInput? usage = null)
    {
        if (string.IsNullOrWhiteSpace(body) && kind != MessageKind.Verdict)
        {
            throw new RefusedException("invalid_arguments", "body is empty.", "Say it in words.");
        }

        var reply = new AgentReply
        {
            Kind = kind,
            Body = string.IsNullOrWhiteSpace(body) ? null : JsonText.OfString(desk.Clean(body)),
            Checks = [.. (checks ?? []).Select(check => new Check
            {
                Id = desk.Clean(check.Id),
                Status = check.Status,
                Detail = Clean(check.Detail),
                Location = Clean(check.Location),
            })],
            Artifacts = [.. (artifacts ?? []).Select(made => new Artifact
            {
                Name = desk.Clean(made.Name),
                Sha256 = made.Sha256,
                Size = made.Size,
                Uri = Clean(made.Uri),
            })],
            Verdict = verdict,
            Usage = usage?.ToUsage(),
        };
        return mouth.SayAsync(thread, reply, cancellation);
    }

    private string? Clean(string? text) => string.IsNullOrEmpty(text) ? null : desk.Clean(text);
}

/// <summary>Keeps money for a call.</summary>
internal sealed class MoneyTool(Desk desk)
{
    [McpServerTool(Name = "reserve", Destructive = true, Idempotent = true, OpenWorld = false, UseStructuredContent = true)]
    [Description(
        "Before work that costs: keep the money that it can cost at most. A refusal (cost_cap) ends the thread, and the " +
        "work must not be done. Takes the place of your last reservation; your next turn settles it.")]
    public async Task<ReservedAnswer> ReserveAsync(
        [Description("What it can cost at most: costUsd, or model and tokens.")] SpentInput worstCase,
        [Description("The thread's id.")] string? thread = null,
        CancellationToken cancellationToken = default)
    {
        var id = desk.Allowed(thread);
        var receipt = await desk.Mesh.ReserveAsync(
            id, new ReservationRequest(desk.Agent, worstCase.ToUsage()), cancellationToken);
        return receipt.Kind is ReceiptKind.Accepted or ReceiptKind.Duplicate
            ? new ReservedAnswer { ThreadId = id, Reserved = true }
            : throw new RefusedException(Refusals.Of(receipt));
    }
}

/// <summary>A check, as a model gives it.</summary>
public sealed record CheckInput
{
    /// <summary>The criterion's id.</summary>
    [Description("The criterion's id, or a test's.")]
    public required string Id { get; init; }

    /// <summary>How it came out.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>What was seen.</summary>
    [Description("What you saw.")]
    public string? Detail { get; init; }

    /// <summary>Where.</summary>
    [Description("Where, for instance CsvReader.cs:41.")]
    public string? Location { get; init; }
}

/// <summary>Something that was made, as a model names it.</summary>
public sealed record MadeInput
{
    /// <summary>Its name.</summary>
    [Description("Its name, for instance patch.diff.")]
    public required string Name { get; init; }

    /// <summary>The hash of its content.</summary>
    [Description("SHA-256 of its content, 64 hexadecimal digits in lower case.")]
    public required string Sha256 { get; init; }

    /// <summary>Its length in bytes.</summary>
    public long? Size { get; init; }

    /// <summary>Where to get it.</summary>
    [Description("Where the other party can get it.")]
    public string? Uri { get; init; }
}

/// <summary>What something cost, or can cost at most.</summary>
public sealed record SpentInput
{
    /// <summary>US dollars.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>All input tokens.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The part of them from a cache.</summary>
    public long? CachedInputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long? OutputTokens { get; init; }

    internal Usage ToUsage() => new()
    {
        CostUsd = CostUsd,
        Model = Model,
        InputTokens = InputTokens ?? 0,
        CachedInputTokens = CachedInputTokens ?? 0,
        OutputTokens = OutputTokens ?? 0,
    };
}

/// <summary>What became of a message.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SaidOutcome>))]
public enum SaidOutcome
{
    /// <summary>It is part of the thread.</summary>
    Accepted,

    /// <summary>It was before.</summary>
    Duplicate,

    /// <summary>The runner has it.</summary>
    Recorded,
}

/// <summary>What became of a message.</summary>
public sealed record SaidAnswer : ToolAnswer
{
    /// <summary>Which of the cases it is.</summary>
    public SaidOutcome? Outcome { get; init; }

    /// <summary>The thread.</summary>
    public string? ThreadId { get; init; }

    /// <summary>The message's place in it.</summary>
    public int? Sequence { get; init; }

    /// <summary>Where the thread is now.</summary>
    public ThreadPhase? ThreadState { get; init; }

    /// <summary>The tool to use next.</summary>
    public string? NextStep { get; init; }
}

/// <summary>What became of a reservation.</summary>
public sealed record ReservedAnswer : ToolAnswer
{
    /// <summary>The thread.</summary>
    public string? ThreadId { get; init; }

    /// <summary>Whether the money is kept.</summary>
    public bool? Reserved { get; init; }
}
