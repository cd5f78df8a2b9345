using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>
/// Makes an agent of the Microsoft Agent Framework an agent of the mesh. Its session is kept for each thread, serialised, so
/// that it goes on in the next round, after a restart too. Its own instructions and tools stay its own; the mesh's part comes
/// as the first message.
/// </summary>
/// <param name="agent">The agent.</param>
/// <param name="options">How it answers; null for the defaults. <see cref="ModelAgentOptions.Chat"/> is not used.</param>
public sealed class AIAgentHandler(AIAgent agent, ModelAgentOptions? options = null) : IAgentHandler
{
    private readonly ModelAgentOptions _options = options ?? new ModelAgentOptions();

    /// <inheritdoc/>
    public Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation) =>
        ModelRun.RunAsync(run, new Conversation(agent, _options), _options, cancellation);

    private sealed class Conversation(AIAgent agent, ModelAgentOptions options) : IModelConversation
    {
        private AgentSession? _session;

        public string Kind => "ai_agent";

        public async ValueTask RestoreAsync(JsonElement session, CancellationToken cancellation) =>
            _session = await agent.DeserializeSessionAsync(session, cancellationToken: cancellation);

        public async Task<ModelReply> AskAsync(
            string? introduction, string prompt, ChatResponseFormat? format, CancellationToken cancellation)
        {
            if (introduction is not null || _session is null)
            {
                _session = await agent.CreateSessionAsync(cancellation);
            }

            var message = introduction is null ? prompt : $"{introduction}\n{prompt}";
            List<AgentResponseUpdate> updates = [];
            string? model = null;
            var length = 0;
            var how = new AgentRunOptions { ResponseFormat = format };
            await foreach (var update in agent.RunStreamingAsync(message, _session, how, cancellation))
            {
                length = ModelRun.Bound(length, update.Text, options);
                model ??= (update.RawRepresentation as ChatResponseUpdate)?.ModelId;
                updates.Add(update);
            }

            var response = updates.ToAgentResponse();
            return new ModelReply(response.Text, response.Usage, model, response.FinishReason);
        }

        public async ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation) =>
            JsonSerializer.SerializeToNode(await agent.SerializeSessionAsync(_session!, cancellationToken: cancellation));
    }
}
