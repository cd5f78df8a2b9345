using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Agents.Prompts;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>
/// A thread as one party's conversation with a model, made from the thread's messages alone: the agent's part and the brief,
/// then for each of its turns what was new to it and what it said. The same messages make the same prompt, and one more round
/// only adds to its end, so that a provider's cache holds without anything being kept here.
/// </summary>
internal static class ThreadPrompt
{
    /// <summary>Makes the conversation.</summary>
    /// <param name="turn">The message to answer; what it says of the round and of what is new does not matter.</param>
    /// <param name="messages">The thread's messages up to that one, in order, the brief first.</param>
    /// <param name="agent">The party.</param>
    /// <param name="templates">The words.</param>
    public static List<ChatMessage> Of(
        AgentTurn turn, IReadOnlyList<MessageView> messages, string agent, PromptTemplates templates)
    {
        List<ChatMessage> chat = [new(ChatRole.System, templates.Introduction(turn, agent))];
        List<MessageView> news = [];
        var (handed, round) = (turn.Brief, 0);
        foreach (var message in messages.Where(one => one.Kind != MessageKind.Brief && one.Sequence <= turn.Message.Sequence))
        {
            round += message.Kind == MessageKind.Submission && message.From != agent ? 1 : 0;
            if (message.From != agent)
            {
                news.Add(message);
                handed = message.Kind.IsTurn() ? message : handed;
            }
            else if (message.Kind.IsTurn())
            {
                // A note of before the turn that came after the message may have missed its prompt; it is news to the next one.
                var heard = news.Where(one => one.Sequence <= handed.Sequence).ToList();
                chat.Add(new ChatMessage(ChatRole.User, Ask(handed, heard, round, refused: null)));
                chat.Add(new ChatMessage(ChatRole.Assistant, WordsOf(message)));
                news.RemoveAll(heard.Contains);
            }
        }

        chat.Add(new ChatMessage(ChatRole.User, Ask(turn.Message, news, round, refused: null)));
        if (turn.Refused is not null)
        {
            chat.Add(new ChatMessage(ChatRole.User, Ask(turn.Message, news, round, turn.Refused)));
        }

        return chat;

        string Ask(MessageView message, IReadOnlyList<MessageView> since, int ofRound, Refusal? refused)
        {
            var then = turn with
            {
                Thread = turn.Thread with { Round = ofRound },
                Message = message,
                Since = since,
                Refused = refused,
            };
            return templates.Next(then, agent, Judges(then, agent) ? VerdictForm.How : "");
        }
    }

    /// <summary>Whether what is wanted is a verdict.</summary>
    public static bool Judges(AgentTurn turn, string agent) =>
        agent == turn.Thread.Responder && turn.Message.Kind != MessageKind.Question && !turn.Thread.IsAdvice;

    private static string WordsOf(MessageView message)
    {
        var words = message.Body?.ToDisplayText() ?? "";
        if (message.Verdict is not { } verdict)
        {
            return words;
        }

        var checks = message.Checks.Select(check => (JsonNode)new JsonObject
        {
            ["id"] = check.Id,
            ["status"] = Name(check.Status),
            ["detail"] = check.Detail ?? "",
        });
        return new JsonObject
        {
            ["verdict"] = Name(verdict),
            ["summary"] = words,
            ["checks"] = new JsonArray([.. checks]),
        }.ToJsonString();
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
