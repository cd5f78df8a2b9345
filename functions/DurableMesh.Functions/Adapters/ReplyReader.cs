using System.Text;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Adapters;

/// <summary>
/// Reads what an agent answers: a message as it would send it by the API, without who sends it and what it is called, which are
/// not the agent's to say.
/// </summary>
internal static class ReplyReader
{
    /// <summary>Reads an answer.</summary>
    /// <param name="json">What came.</param>
    public static AdapterAnswer Read(string json)
    {
        var start = json.AsSpan().TrimStart();
        if (start is not ['{', ..])
        {
            return Bad("The answer is not the one JSON object that is wanted.");
        }

        // A field that stands twice is an error, so nobody speaks for another.
        var rest = start[1..];
        var comma = rest.TrimStart() is ['}', ..] ? "" : ",";
        var read = RequestReader.ReadSendMessage(Encoding.UTF8.GetBytes($"{{\"messageId\":\"m\",\"from\":\"m\"{comma}{rest}"));
        return read.Value is not { } message
            ? Bad(string.Join(' ', read.Errors.Take(10).Select(error => $"{error.Path}: {error.Message}")))
            : new AdapterAnswer(new RunEnd.Done(), ReplyOf(message), message.Usage);
    }

    private static AgentReply ReplyOf(SendMessageRequest message) => new()
    {
        Kind = message.Kind,
        Body = message.Body,
        Checks = message.Checks,
        Artifacts = message.Artifacts,
        Verdict = message.Verdict,
    };

    private static AdapterAnswer Bad(string why) => new(new RunEnd.Refused("bad_reply", why));
}
