using DurableMesh.Core.Dispatch;

namespace DurableMesh.Client;

/// <content>Dispatches.</content>
public sealed partial class MeshClient
{
    /// <summary>Dispatches work to the surface that fits; the same key with the same request is the same dispatch.</summary>
    public Task<DispatchAnswer> DispatchAsync(
        ReadOnlyMemory<byte> request, string idempotencyKey, CancellationToken cancellation) =>
        _transport.AskAsync(
            () =>
            {
                var message = Post("dispatch", request);
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            ClientJson.Context.DispatchAnswer,
            cancellation);
}
