using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>
/// Makes any chat client an agent. It keeps the conversation of each thread, so that each round adds only what is new to what
/// the model, and its provider's cache, know already. A verifier's answer is asked for as JSON with one check for each
/// criterion.
/// </summary>
/// <param name="client">The model.</param>
/// <param name="options">How it answers; null for the defaults.</param>
public sealed class ChatClientHandler(IChatClient client, ModelAgentOptions? options = null) : IAgentHandler
{
    private readonly ModelAgentOptions _options = options ?? new ModelAgentOptions();

    /// <inheritdoc/>
    public Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation) =>
        ModelRun.RunAsync(run, new Conversation(client, _options), _options, cancellation);

    private sealed class Conversation(IChatClient client, ModelAgentOptions options) : IModelConversation
    {
        private static readonly JsonSerializerOptions Json = AIJsonUtilities.DefaultOptions;

        private List<ChatMessage> _messages = [];

        public string Kind => "chat_client";

        public ValueTask RestoreAsync(JsonElement session, CancellationToken cancellation)
        {
            _messages = session.Deserialize<List<ChatMessage>>(Json) ?? throw new JsonException("The session is no list.");
            return default;
        }

        public async Task<ModelReply> AskAsync(
            string? introduction, string prompt, ChatResponseFormat? format, CancellationToken cancellation)
        {
            List<ChatMessage> asked = introduction is null ? [.. _messages] : [new(ChatRole.System, introduction)];
            asked.Add(new ChatMessage(ChatRole.User, prompt));
            var chat = options.Chat?.Clone() ?? new ChatOptions();
            chat.ResponseFormat = format ?? chat.ResponseFormat;
            List<ChatResponseUpdate> updates = [];
            var length = 0;
            await foreach (var update in client.GetStreamingResponseAsync(asked, chat, cancellation))
            {
                length = ModelRun.Bound(length, update.Text, options);
                updates.Add(update);
            }

            var response = updates.ToChatResponse();
            _messages = [.. asked, .. response.Messages];
            return new ModelReply(response.Text, response.Usage, response.ModelId, response.FinishReason);
        }

        public ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation) =>
            ValueTask.FromResult(JsonSerializer.SerializeToNode(_messages, Json));
    }
}
