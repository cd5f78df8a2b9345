using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp.Tools;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Dialogues;

/// <summary>
/// A held thread as a question to the person at the client. The decision is made with the caller's own rights: where its key may
/// not decide, the mesh says so. The model is not asked, and cannot answer.
/// </summary>
internal sealed class Holds(Desk desk)
{
    private const string Key = "hold";
    private const string Decision = "decision";
    private const string Why = "why";

    /// <summary>The command that decides a held thread.</summary>
    public static string HowToDecide(string threadId) =>
        $"A person has to decide it: mesh decide {threadId} approve|deny --why REASON. Then call this again.";

    /// <summary>
    /// Decides a held thread with the person's answer, where it came with the request; asks for it, where the client can ask.
    /// </summary>
    /// <returns>Whether it is decided; false where nobody can be asked, or the person did not want to decide.</returns>
    /// <exception cref="InputRequiredException">The question, on its way to the client.</exception>
    public async Task<bool> DecideAsync(
        RequestContext<CallToolRequestParams> request, ThreadView thread, CancellationToken cancellation)
    {
        if (request.Params.RequestState is { } state)
        {
            // An answer decides once: the thread may still look held for a moment.
            return state == StateOf(thread.ThreadId)
                && request.Params.InputResponses is { } responses
                && request.Items.TryAdd(state, true)
                && await DecideAsync(thread.ThreadId, responses, cancellation);
        }

        return CanAsk(request.Server.ClientCapabilities) && request.Server.IsMrtrSupported
            ? throw new InputRequiredException(Ask(thread), StateOf(thread.ThreadId))
            : false;
    }

    /// <summary>Decides a held thread with what the person answered.</summary>
    /// <returns>Whether it is decided.</returns>
    public async Task<bool> DecideAsync(
        string threadId, IDictionary<string, InputResponse> responses, CancellationToken cancellation)
    {
        if (!responses.TryGetValue(Key, out var response)
            || response.Deserialize(InputResponse.ElicitResultJsonTypeInfo) is not { IsAccepted: true, Content: { } content }
            || Text(content, Decision) is not { } decision)
        {
            return false;
        }

        var decided = decision switch
        {
            "approve" => HoldDecision.Approve,
            "deny" => HoldDecision.Deny,
            _ => throw new RefusedException(
                "invalid_decision", "The decision is neither approve nor deny.", HowToDecide(threadId)),
        };
        var why = Text(content, Why) is { Length: > 0 } given ? SafeText.Part(desk.Clean(given), 0, 1000) : "decided through MCP";
        await desk.Mesh.DecideAsync(threadId, new DecisionRequest(desk.By, decided, why), cancellation);
        return true;
    }

    /// <summary>Whether the client can put a form before a person.</summary>
    public static bool CanAsk(ClientCapabilities? client) => client?.Elicitation?.Form is not null;

    /// <summary>The question.</summary>
    public Dictionary<string, InputRequest> Ask(ThreadView thread) => new()
    {
        [Key] = InputRequest.ForElicitation(new ElicitRequestParams
        {
            Message =
                "The mesh holds a thread for a person. " +
                $"{thread.Initiator} with {thread.Responder}, task {Line(thread.McTask)}: " +
                $"\"{Line(thread.Subject)}\". {Line(thread.Detail)} Let it run?",
            RequestedSchema = new ElicitRequestParams.RequestSchema
            {
                Properties =
                {
                    [Decision] = new ElicitRequestParams.UntitledSingleSelectEnumSchema
                    {
                        Title = "Decision",
                        Description = "approve lets it run, deny ends it",
                        Enum = ["approve", "deny"],
                    },
                    [Why] = new ElicitRequestParams.StringSchema
                    {
                        Title = "Why",
                        Description = "For the evidence",
                        MaxLength = 1000,
                    },
                },
                Required = [Decision],
            },
        }),
    };

    private static string StateOf(string threadId) => $"held:{threadId}";

    private string Line(string? text) => SafeText.Part(desk.Clean(text ?? ""), 0, 300).ReplaceLineEndings(" ");

    private static string? Text(IDictionary<string, JsonElement> content, string name) =>
        content.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
