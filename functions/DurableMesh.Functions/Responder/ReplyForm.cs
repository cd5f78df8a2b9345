using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Responder;

/// <summary>
/// Makes messages of what agents say. All of it is untrusted: it passes the same strict reading as what comes over HTTP, without
/// characters that nobody sees, and says neither who sent it nor to which thread it belongs.
/// </summary>
internal static class ReplyForm
{
    private const int MaxWhy = 2000;

    /// <summary>An answer as a message, or what is wrong with it.</summary>
    /// <param name="to">The message that it answers.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="spent">What all tries took; null for nothing that is known.</param>
    public static (SendMessageRequest? Message, string? Wrong) Of(ReplyTo to, AgentReply reply, Usage? spent)
    {
        if (!reply.Kind.IsTurn())
        {
            return (null, $"A {NameOf(reply.Kind)} is no answer; the turn is still to be taken.");
        }

        var message = Begin(to, reply.Kind) with
        {
            Body = Visible(reply.Body),
            Checks = [.. reply.Checks.Select(Visible)],
            Artifacts = reply.Artifacts,
            Verdict = reply.Verdict,
            Usage = spent,
        };
        var read = RequestReader.ReadSendMessage(JsonSerializer.SerializeToUtf8Bytes(message, MeshJson.Options));
        return read.Value is { } good
            ? (good, null)
            : (null, string.Join(' ', read.Errors.Take(10).Select(error => $"{error.Path}: {error.Message}")));
    }

    /// <summary>The message that an agent cannot answer.</summary>
    /// <param name="end">Why, and what was spent.</param>
    public static SendMessageRequest Failure(ReplyGivenUp end)
    {
        var why = WholeText.Shorten(Clean(end.Why), MaxWhy);
        return Begin(end.To, MessageKind.Failure) with
        {
            Body = JsonText.OfString(string.IsNullOrWhiteSpace(why) ? $"{end.To.Agent} cannot answer." : why),
            Usage = end.Spent,
        };
    }

    /// <summary>A check that failed, told at once; null where it cannot be said.</summary>
    /// <param name="to">The message that is being answered.</param>
    /// <param name="check">The check.</param>
    /// <param name="number">Which one, from 1.</param>
    public static SendMessageRequest? Finding(ReplyTo to, Check check, int number)
    {
        var finding = Begin(to, MessageKind.Finding) with
        {
            MessageId = string.Create(
                CultureInfo.InvariantCulture, $"{ReplyOrchestrator.MessageIdOf(to)}-finding-{number}"),
            Checks = [Visible(check)],
        };
        return RequestReader.ReadSendMessage(JsonSerializer.SerializeToUtf8Bytes(finding, MeshJson.Options)).Value;
    }

    /// <summary>A value's name on the wire.</summary>
    /// <param name="value">The value.</param>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static SendMessageRequest Begin(ReplyTo to, MessageKind kind) => new()
    {
        MessageId = ReplyOrchestrator.MessageIdOf(to),
        From = to.Agent,
        Kind = kind,
        InReplyTo = to.Sequence,
    };

    // A model may write half of a surrogate pair, which is no text.
    private static string Clean(string text) => HiddenCharacters.Mask(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));

    private static Check Visible(Check check) => check with
    {
        Id = Clean(check.Id),
        Title = check.Title is { } title ? Clean(title) : null,
        Detail = check.Detail is { } detail ? Clean(detail) : null,
        Location = check.Location is { } location ? Clean(location) : null,
    };

    private static JsonText? Visible(JsonText? body)
    {
        if (body is null)
        {
            return null;
        }

        if (body.Text.StartsWith('"'))
        {
            return JsonText.OfString(Clean(body.ToDisplayText()));
        }

        var seen = Visible(JsonNode.Parse(body.Text));
        return seen is null ? body : JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(seen, MeshJson.Options));
    }

    private static JsonNode? Visible(JsonNode? node) => node switch
    {
        JsonObject item => new JsonObject(item.Select(
            field => KeyValuePair.Create(Clean(field.Key), Visible(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Visible)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Clean(text)),
        _ => node?.DeepClone(),
    };
}
