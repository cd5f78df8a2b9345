using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>A conversation with a model that can be kept.</summary>
internal interface IModelConversation
{
    /// <summary>Says what kind of handler kept a session: another kind cannot go on with it.</summary>
    string Kind { get; }

    /// <summary>Goes on with what was kept.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    ValueTask RestoreAsync(JsonElement session, CancellationToken cancellation);

    /// <summary>Asks the model.</summary>
    /// <param name="introduction">What a new conversation begins with; null to go on.</param>
    /// <param name="prompt">What there is to do.</param>
    /// <param name="format">The form of the answer; null for words.</param>
    /// <param name="cancellation">Ends it.</param>
    Task<ModelReply> AskAsync(string? introduction, string prompt, ChatResponseFormat? format, CancellationToken cancellation);

    /// <summary>The conversation, to be kept.</summary>
    ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation);
}

/// <summary>What a model answered.</summary>
/// <param name="Text">Its words.</param>
/// <param name="Usage">What it took; null where the provider does not say.</param>
/// <param name="Model">The model that answered; null where the provider does not say.</param>
/// <param name="Finish">Why it ended; null where the provider does not say.</param>
internal sealed record ModelReply(string Text, UsageDetails? Usage, string? Model, ChatFinishReason? Finish);

/// <summary>An answer without end.</summary>
internal sealed class EndlessAnswerException(int limit) : Exception($"The model's answer is longer than {limit} characters.");

/// <summary>One run of an agent whose handler is a model.</summary>
internal static class ModelRun
{
    /// <summary>What Anthropic's client calls the tokens that went into the cache.</summary>
    private const string CacheWrites = "CacheCreationInputTokens";

    /// <summary>Asks the model for an answer to the run's message, and says it.</summary>
    public static async Task<RunEnd> RunAsync(
        AgentRun run, IModelConversation conversation, ModelAgentOptions options, CancellationToken cancellation)
    {
        var kept = await RestoreAsync(run, conversation, options, cancellation);

        // Answered and paid for already, but the runner did not come to send it.
        if (run.Turn.Refused is null && kept?.Answered == run.Turn.Message.Sequence
            && await EndAsync(run, kept.Text, cancellation) is RunEnd.Done done)
        {
            return done;
        }

        ModelReply answer;
        try
        {
            answer = await AskAsync(run, conversation, options, isFirst: kept is null, cancellation);
        }
        catch (Exception failure) when (ModelFailure.Of(failure, cancellation) is not null)
        {
            return ModelFailure.Of(failure, cancellation)!;
        }

        // Before anything can go wrong with the words: they are paid for.
        if (answer.Usage is { } usage)
        {
            run.Spent(ToUsage(usage, answer.Model ?? options.Model));
        }

        var state = new JsonObject
        {
            ["kind"] = conversation.Kind,
            ["answered"] = run.Turn.Message.Sequence,
            ["text"] = answer.Text,
            ["session"] = await conversation.SaveAsync(cancellation),
        };
        await run.KeepAsync(JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(state)), cancellation);
        return answer.Finish == ChatFinishReason.Length
            ? new RunEnd.Failed("The model's answer was cut off at its longest: allow it more output tokens.")
            : answer.Finish == ChatFinishReason.ContentFilter
                ? new RunEnd.Failed("The provider's content filter stopped the answer.")
                : await EndAsync(run, answer.Text, cancellation);
    }

    /// <summary>Counts the characters of an answer.</summary>
    /// <exception cref="EndlessAnswerException">They are too many.</exception>
    public static int Bound(int length, string text, ModelAgentOptions options) =>
        length + text.Length <= options.MaxAnswerCharacters
            ? length + text.Length
            : throw new EndlessAnswerException(options.MaxAnswerCharacters);

    private static bool Judges(AgentRun run) =>
        run.Agent == run.Turn.Thread.Responder
        && run.Turn.Message.Kind != MessageKind.Question
        && !run.Turn.Thread.IsAdvice;

    private static async Task<ModelReply> AskAsync(
        AgentRun run, IModelConversation conversation, ModelAgentOptions options, bool isFirst, CancellationToken cancellation)
    {
        var (judges, templates) = (Judges(run), options.Templates);
        var how = judges ? VerdictForm.How : "";
        var introduction = isFirst ? templates.Introduction(run.Turn, run.Agent) : null;
        var prompt = templates.Next(run.Turn, run.Agent, how);
        if (isFirst && run.Turn.Refused is not null)
        {
            prompt = $"{templates.Next(run.Turn with { Refused = null }, run.Agent, how)}\n{prompt}";
        }

        return await conversation.AskAsync(introduction, prompt, judges ? VerdictForm.Of(run.Turn.Brief) : null, cancellation);
    }

    private static async Task<RunEnd> EndAsync(AgentRun run, string text, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new RunEnd.Refused("no_answer", "The model answered with nothing.");
        }

        if (!Judges(run))
        {
            return new RunEnd.Done(text);
        }

        try
        {
            await run.SayAsync(VerdictForm.Read(text, run.Turn.Brief), cancellation);
            return new RunEnd.Done();
        }
        catch (FormatException bad)
        {
            return new RunEnd.Refused("bad_reply", bad.Message);
        }
    }

    private static async Task<Kept?> RestoreAsync(
        AgentRun run, IModelConversation conversation, ModelAgentOptions options, CancellationToken cancellation)
    {
        if (run.Session is not { } session || session.Text.Length > options.MaxSessionCharacters)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(session.Text, CanonicalJson.DocumentOptions);
            var state = document.RootElement;
            if (state.GetProperty("kind").GetString() != conversation.Kind)
            {
                return null;
            }

            await conversation.RestoreAsync(state.GetProperty("session").Clone(), cancellation);
            return new Kept(state.GetProperty("answered").GetInt32(), state.GetProperty("text").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or NotSupportedException)
        {
            // Kept by another version, or for another kind of agent: the model hears the brief again.
            return null;
        }
    }

    /// <summary>What a provider says that a call took.</summary>
    public static Usage ToUsage(UsageDetails details, string? model)
    {
        var input = details.InputTokenCount ?? 0;
        var cached = details.CachedInputTokenCount ?? 0;
        var written = details.AdditionalCounts?.GetValueOrDefault(CacheWrites) ?? 0;
        return new Usage
        {
            Model = model,

            // Cached tokens are part of the input; of a client that does not know that, more of them than input.
            InputTokens = cached > input ? input + cached : input,
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            OutputTokens = details.OutputTokenCount ?? 0,
        };
    }

    private sealed record Kept(int Answered, string Text);
}
