using System.ClientModel;
using System.Text;
using System.Text.Json;
using Anthropic.Exceptions;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>
/// Asks a model for a party's next turn, from the thread's messages alone. It keeps nothing: whoever asks may ask again, on
/// another machine too.
/// </summary>
/// <param name="client">The model.</param>
/// <param name="options">How it answers.</param>
public sealed class ThreadModel(IChatClient client, ModelAgentOptions options)
{
    /// <summary>What a call can take at most, in tokens.</summary>
    /// <param name="turn">The message to answer.</param>
    /// <param name="messages">The thread's messages up to that one, in order, the brief first.</param>
    /// <param name="agent">The party.</param>
    /// <param name="writesCache">Whether the provider counts what it puts into its cache apart.</param>
    public Usage WorstCase(AgentTurn turn, IReadOnlyList<MessageView> messages, string agent, bool writesCache)
    {
        // No token is shorter than a byte, and the answer's form is sent along.
        var chat = ThreadPrompt.Of(turn, messages, agent, options.Templates);
        var form = ThreadPrompt.Judges(turn, agent) ? JsonSerializer.Serialize(Schema(turn)).Length : 0;
        var input = chat.Sum(one => Encoding.UTF8.GetByteCount(one.Text) + 16L) + form;
        return new Usage
        {
            Model = options.Model,
            InputTokens = input,
            CacheWriteTokens = writesCache ? input : 0,
            OutputTokens = options.Chat?.MaxOutputTokens ?? AnthropicModel.DefaultOutputTokens,
        };
    }

    /// <summary>Asks.</summary>
    /// <param name="turn">The message to answer.</param>
    /// <param name="messages">The thread's messages up to that one, in order, the brief first.</param>
    /// <param name="agent">The party.</param>
    /// <param name="failing">Hears of each check that failed, while the model goes on; null for nobody.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<ThreadAnswer> AskAsync(
        AgentTurn turn,
        IReadOnlyList<MessageView> messages,
        string agent,
        Func<Check, ValueTask>? failing,
        CancellationToken cancellation)
    {
        var judges = ThreadPrompt.Judges(turn, agent);
        ChatResponse response;
        try
        {
            response = await StreamAsync(turn, messages, agent, judges ? failing : null, cancellation);
        }
        catch (Exception failure) when (ModelFailure.Of(failure, cancellation) is { } end)
        {
            return new ThreadAnswer(end, null, MayHaveCost(failure) ? null : new Usage { Model = options.Model });
        }

        var spent = response.Usage is { } usage ? ModelRun.ToUsage(usage, options.Model ?? response.ModelId) : null;
        return response.FinishReason switch
        {
            { } reason when reason == ChatFinishReason.Length => new ThreadAnswer(
                new RunEnd.Refused("bad_reply", "The answer was cut off at its longest; give a shorter one."), null, spent),
            { } reason when reason == ChatFinishReason.ContentFilter => new ThreadAnswer(
                new RunEnd.Failed("The provider's content filter stopped the answer.", ForGood: true), null, spent),
            _ => Read(turn, agent, judges, response.Text, spent),
        };
    }

    private async Task<ChatResponse> StreamAsync(
        AgentTurn turn,
        IReadOnlyList<MessageView> messages,
        string agent,
        Func<Check, ValueTask>? failing,
        CancellationToken cancellation)
    {
        var chat = ThreadPrompt.Of(turn, messages, agent, options.Templates);
        Mark(chat);
        var how = options.Chat?.Clone() ?? new ChatOptions();
        how.ResponseFormat = ThreadPrompt.Judges(turn, agent) ? VerdictForm.Of(turn.Brief) : null;
        var checks = new StreamedChecks();
        List<ChatResponseUpdate> updates = [];
        var length = 0;
        await foreach (var update in client.GetStreamingResponseAsync(chat, how, cancellation))
        {
            length = ModelRun.Bound(length, update.Text, options);
            updates.Add(update);
            if (failing is null)
            {
                continue;
            }

            foreach (var check in checks.Take(update.Text).Where(check => check.Status == CheckStatus.Fail))
            {
                await failing(check);
            }
        }

        return updates.ToChatResponse();
    }

    private static ThreadAnswer Read(AgentTurn turn, string agent, bool judges, string text, Usage? spent)
    {
        // A model may write half of a surrogate pair.
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(HiddenCharacters.Mask(text))).Trim();
        if (string.IsNullOrWhiteSpace(text))
        {
            return new ThreadAnswer(new RunEnd.Refused("no_answer", "The model answered with nothing."), null, spent);
        }

        try
        {
            var reply = judges ? VerdictForm.Read(text, turn.Brief)
                : AgentReply.Of(Turns.KindOfText(turn, agent) ?? MessageKind.Note, text);
            return new ThreadAnswer(new RunEnd.Done(), reply, spent);
        }
        catch (FormatException bad)
        {
            return new ThreadAnswer(new RunEnd.Refused("bad_reply", bad.Message), null, spent);
        }
    }

    // Where the API has marks, a prompt is kept up to them: the part that all of a thread's calls share, and all that this one
    // shares with the next. Other clients do not look at them.
    private static void Mark(List<ChatMessage> chat)
    {
        chat[0].Contents[^1].WithCacheControl(ttl: null);
        chat[^1].Contents[^1].WithCacheControl(ttl: null);
    }

    private static JsonElement Schema(AgentTurn turn) =>
        VerdictForm.Of(turn.Brief) is ChatResponseFormatJson { Schema: { } schema } ? schema : default;

    /// <summary>Whether the model may have worked, though nothing says how much; not where nothing arrived.</summary>
    private static bool MayHaveCost(Exception? failure) => failure switch
    {
        ClientResultException { Status: > 0 } or AnthropicApiException or HttpRequestException { StatusCode: not null } => false,
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => false,
        { InnerException: { } inner } => MayHaveCost(inner),
        _ => true,
    };
}

/// <summary>What came of asking a model.</summary>
/// <param name="End">How it ended; a <see cref="RunEnd.Done"/> says nothing beside the reply.</param>
/// <param name="Reply">The turn; null where it did not end well.</param>
/// <param name="Spent">What the call took; null where that is not known, which counts at its worst.</param>
public sealed record ThreadAnswer(RunEnd End, AgentReply? Reply, Usage? Spent);
