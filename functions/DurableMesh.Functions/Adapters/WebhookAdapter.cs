using System.Net;
using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Webhooks;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Adapters;

/// <summary>
/// Posts the turn to an address of the agent's own, signed. The agent answers at once with its message, or with 202 and sends the
/// message later by the API.
/// </summary>
internal sealed class WebhookAdapter(AgentHttp http, IOptions<MeshOptions> options, TimeProvider time) : IAdapter
{
    public AdapterKind Kind => AdapterKind.Webhook;

    public Usage? WorstCase(AdapterCall asked) =>
        asked.Adapter.MaxCostUsd is { } usd ? new Usage { Model = asked.Agent.Model, CostUsd = usd } : null;

    public async Task<AdapterAnswer> AskAsync(AdapterCall asked, CancellationToken cancellation)
    {
        if (options.Value.Adapters.GetValueOrDefault(asked.Agent.Id)?.Secret is not { Length: > 0 } secret)
        {
            return new AdapterAnswer(new RunEnd.Failed(
                $"The secret of the webhook of '{asked.Agent.Id}' is not configured on this host "
                    + $"(Mesh:Adapters:{asked.Agent.Id}:Secret).",
                ForGood: true));
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(asked.Turn, AgentsJson.Context.AgentTurn);
        var answer = await http.PostAsync(
            asked.Adapter.Url!,
            body,
            request =>
            {
                WebhookSignature.Sign(request, secret, asked.IdempotencyKey, time.GetUtcNow(), body);
                request.Headers.Add("Idempotency-Key", asked.IdempotencyKey);
                request.Headers.Add("Mesh-Agent", asked.Agent.Id);
            },
            cancellation);
        return answer switch
        {
            { Failure: { } failure } => new AdapterAnswer(failure),
            { Status: HttpStatusCode.Accepted } => new AdapterAnswer(new RunEnd.Done()),
            _ => ReplyReader.Read(answer.Text),
        };
    }
}
