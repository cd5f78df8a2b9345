using System.Text.Json;
using DurableMesh.Core.Leases;

namespace DurableMesh.Core.Wire;

/// <summary>
/// Reads requests strictly (http-api.md): what is unknown, missing or out of range is an error, and all errors come at once.
/// Total: no input makes it throw.
/// </summary>
public static class RequestReader
{
    /// <summary>The largest body: 1 MiB of canonical JSON.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>The most acceptance criteria of a brief.</summary>
    public const int MaxCriteria = 100;

    /// <summary>The most checks of a message.</summary>
    public const int MaxChecks = 500;

    /// <summary>The most artifacts of a message.</summary>
    public const int MaxArtifacts = 100;

    /// <summary>A message without its body, in bytes of JSON: it travels through the history as it is.</summary>
    public const int MaxEnvelopeBytes = 64 * 1024;

    private const int MaxIdLength = 128;
    private const int MaxLineLength = 500;
    private const int MaxTextLength = 4000;
    private const int MaxCount = 1_000_000;
    private const long MaxTokens = 1_000_000_000;
    private const long MaxArtifactBytes = 1L << 50;

    internal static readonly TimeSpan MaxTtl = TimeSpan.FromDays(365);

    /// <summary>Reads the body of <c>POST /threads</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<StartThreadRequest> ReadStartThread(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, ReadStart);

    /// <summary>Reads the body of <c>POST /threads/{id}/messages</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<SendMessageRequest> ReadSendMessage(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, ReadMessage);

    /// <summary>Reads the body of <c>POST /threads/{id}/reservations</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<ReservationRequest> ReadReservation(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var from = input.Line("from", MaxIdLength);
        var worstCase = input.Object("worstCase", ReadWorstCase, required: true);
        return from is null || worstCase is null ? null : new ReservationRequest(from, worstCase);
    });

    /// <summary>Reads the body of <c>PUT /threads/{id}/lease</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<LeaseRequest> ReadLease(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var agent = input.Line("agent", MaxIdLength);
        var holder = ReadToken(input, "holder");
        var sequence = input.Whole("sequence", 1, int.MaxValue, required: true);
        var done = input.Flag("done") ?? false;
        var duration = input.Duration("for", LeaseRules.Shortest, LeaseRules.Longest, required: !done);
        var device = input.Line("device", MaxIdLength, required: false);
        return agent is null || holder is null || sequence is null || (duration is null && !done)
            ? null
            : new LeaseRequest(agent, holder, (int)sequence, duration ?? LeaseRules.Shortest, done, device);
    });

    /// <summary>Reads the body of <c>POST /threads/{id}/cancel</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<CancelRequest> ReadCancel(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var by = input.Line("by", MaxIdLength, required: false);
        var why = input.Words("why", MaxTextLength, required: true);
        return why is null ? null : new CancelRequest(by, why);
    });

    /// <summary>Reads the body of <c>POST /threads/{id}/decision</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<DecisionRequest> ReadDecision(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var by = input.Line("by", MaxIdLength, required: false);
        var decision = input.Choice<HoldDecision>("decision");
        var why = input.Words("why", MaxTextLength, required: true);
        return decision is null || why is null ? null : new DecisionRequest(by, decision.Value, why);
    });

    private static StartThreadRequest? ReadStart(ObjectReader input)
    {
        var pattern = input.Choice<Pattern>("pattern");
        var mcTask = input.Line("mcTask", MaxIdLength);
        var priority = input.Choice<Priority>("priority", required: false);
        var initiator = input.Line("initiator", MaxIdLength);
        var responder = input.Line("responder", MaxIdLength);
        var brief = input.Object("brief", ReadBrief, required: true);
        var contextId = input.Id("contextId", MaxIdLength, required: false);
        var limits = input.Object("limits", ReadLimits);
        return pattern is null || mcTask is null || initiator is null || responder is null || brief is null
            ? null
            : new StartThreadRequest
            {
                Pattern = pattern.Value,
                McTask = mcTask,
                Priority = priority ?? Priority.M,
                Initiator = initiator,
                Responder = responder,
                Brief = brief,
                ContextId = contextId,
                Limits = limits,
            };
    }

    internal static Brief? ReadBrief(ObjectReader input)
    {
        var subject = input.Line("subject", MaxLineLength);
        var body = input.Body("body", MaxBodyBytes);
        var acceptance = ReadAcceptance(input);
        return subject is null ? null : new Brief { Subject = subject, Body = body, Acceptance = acceptance };
    }

    internal static IReadOnlyList<AcceptanceCriterion> ReadAcceptance(ObjectReader input) =>
        input.Objects("acceptance", MaxCriteria, ReadCriterion, criterion => criterion.Id);

    private static AcceptanceCriterion? ReadCriterion(ObjectReader input)
    {
        var id = input.Id("id", MaxIdLength);
        var title = input.Line("title", MaxLineLength);
        var required = input.Flag("required") ?? true;
        return id is null || title is null ? null : new AcceptanceCriterion(id, title, required);
    }

    internal static LimitsRequest ReadLimits(ObjectReader input) => new()
    {
        Ttl = input.Duration("ttl", MaxTtl),
        MaxTurns = (int?)input.Whole("maxTurns", 1, MaxCount),
        CostCapUsd = input.Usd("costCapUsd"),
        MaxFindingsPerTurn = (int?)input.Whole("maxFindingsPerTurn", 0, MaxCount),
        MaxRoundsWithoutProgress = (int?)input.Whole("maxRoundsWithoutProgress", 1, MaxCount),
    };

    private static SendMessageRequest? ReadMessage(ObjectReader input)
    {
        var messageId = ReadToken(input, "messageId");
        var from = input.Line("from", MaxIdLength);
        var kind = input.Choice<MessageKind>("kind");
        var body = input.Body("body", MaxBodyBytes);
        if (kind == MessageKind.Failure)
        {
            RequireReason(input, body);
        }

        var checks = input.Objects("checks", MaxChecks, ReadCheck, check => check.Id);
        var artifacts = input.Objects("artifacts", MaxArtifacts, ReadArtifact);
        var inReplyTo = (int?)input.Whole("inReplyTo", 1, int.MaxValue);
        var verdict = ReadVerdict(input, kind);
        var plumbing = ReadPlumbing(input, kind);
        var usage = input.Object("usage", ReadUsage);
        var sentAt = input.Instant("sentAt");
        if (messageId is null || from is null || kind is null)
        {
            return null;
        }

        var message = new SendMessageRequest
        {
            MessageId = messageId,
            From = from,
            Kind = kind.Value,
            Body = body,
            Checks = checks,
            Artifacts = artifacts,
            InReplyTo = inReplyTo,
            Verdict = verdict,
            Plumbing = plumbing,
            Usage = usage,
            SentAt = sentAt,
        };
        RejectLargeEnvelope(input, message);
        return message;
    }

    private static void RejectLargeEnvelope(ObjectReader input, SendMessageRequest message)
    {
        if (message.Checks.Count + message.Artifacts.Count == 0)
        {
            return;
        }

        var size = JsonSerializer.SerializeToUtf8Bytes(message with { Body = null }, MeshJson.Options).Length;
        if (size > MaxEnvelopeBytes)
        {
            var problem = $"The message has {size} bytes without its body, of {MaxEnvelopeBytes}. Put the details into the body.";
            input.Add("", InputError.TooLong, problem);
        }
    }

    /// <summary>A name that a program makes: 1-128 of <c>A-Z a-z 0-9 . _ : -</c>.</summary>
    private static string? ReadToken(ObjectReader input, string name)
    {
        var id = input.Text(name, int.MaxValue, required: true);
        if (id is null || TextRules.IsMessageId(id))
        {
            return id;
        }

        input.Add(name, InputError.InvalidValue, "This must be 1 to 128 characters of A-Z a-z 0-9 . _ : and -.");
        return null;
    }

    /// <summary>Nobody should have to guess why a thread ended.</summary>
    private static void RequireReason(ObjectReader input, JsonText? body)
    {
        if (!input.Has("body"))
        {
            input.Add("body", InputError.Missing, "A failure says why it is one; give the reason as a text.");
        }
        else if (body is not null && (!body.Text.StartsWith('"') || TextRules.IsBlank(body.ToDisplayText())))
        {
            input.Add("body", InputError.InvalidValue, "A failure's body must be a text that says why it is one.");
        }
    }

    private static Verdict? ReadVerdict(ObjectReader input, MessageKind? kind)
    {
        var verdict = input.Choice<Verdict>("verdict", required: kind == MessageKind.Verdict);
        if (verdict is not null && kind is not (null or MessageKind.Verdict))
        {
            input.Add(
                "verdict",
                InputError.NotAllowed,
                "Only a message of kind verdict has this; leave it out or change the kind.");
        }

        return verdict;
    }

    private static bool ReadPlumbing(ObjectReader input, MessageKind? kind)
    {
        var plumbing = input.Flag("plumbing") ?? false;
        if (plumbing && kind is not (null or MessageKind.Answer))
        {
            input.Add(
                "plumbing",
                InputError.NotAllowed,
                "Only a message of kind answer has this; leave it out or change the kind.");
        }

        return plumbing;
    }

    private static Check? ReadCheck(ObjectReader input)
    {
        var id = input.Line("id", MaxIdLength);
        var title = input.Line("title", MaxLineLength, required: false);
        var status = input.Choice<CheckStatus>("status");
        var required = input.Flag("required");
        var detail = input.Text("detail", MaxTextLength);
        var location = input.Line("location", MaxLineLength, required: false);
        return id is null || status is null ? null : new Check
        {
            Id = id,
            Title = title,
            Status = status.Value,
            Required = required,
            Detail = detail,
            Location = location,
        };
    }

    private static Artifact? ReadArtifact(ObjectReader input)
    {
        var name = input.Line("name", MaxLineLength);
        var sha256 = input.Line("sha256", MaxIdLength);
        if (sha256 is not null && !Evidence.ContentHash.IsHex(sha256))
        {
            input.Add("sha256", InputError.InvalidValue, "This must be 64 hexadecimal digits in lower case.");
        }

        var size = input.Whole("size", 0, MaxArtifactBytes);
        var uri = input.Line("uri", MaxTextLength, required: false);
        if (uri is not null && TextRules.IsLocalAddress(uri))
        {
            input.Add(
                "uri",
                InputError.LocalAddress,
                "This is a place on your machine, where the other party has nothing. Upload the file (mesh artifact put) and "
                    + "name the address that it has then, or one that others can reach.");
        }

        return name is null || sha256 is null ? null : new Artifact { Name = name, Sha256 = sha256, Size = size, Uri = uri };
    }

    private static Usage ReadWorstCase(ObjectReader input)
    {
        var usage = ReadUsage(input);
        if (usage is { CostUsd: null, Model: null })
        {
            input.Add("costUsd", InputError.Missing, "Say costUsd, or the model and how many tokens it may take.");
        }

        return usage;
    }

    /// <summary>What was used: a model, its tokens, what it cost.</summary>
    internal static Usage ReadUsage(ObjectReader input)
    {
        var usage = new Usage
        {
            Model = input.Line("model", MaxIdLength, required: false),
            InputTokens = input.Whole("inputTokens", 0, MaxTokens) ?? 0,
            CachedInputTokens = input.Whole("cachedInputTokens", 0, MaxTokens) ?? 0,
            CacheWriteTokens = input.Whole("cacheWriteTokens", 0, MaxTokens) ?? 0,
            OutputTokens = input.Whole("outputTokens", 0, MaxTokens) ?? 0,
            CostUsd = input.RoundedUsd("costUsd"),
        };
        if (usage.CachedInputTokens + usage.CacheWriteTokens > usage.InputTokens)
        {
            input.Add(
                usage.CachedInputTokens > usage.InputTokens ? "cachedInputTokens" : "cacheWriteTokens",
                InputError.OutOfRange,
                "The tokens from and into a cache are parts of inputTokens and cannot be more.");
        }

        return usage;
    }
}
