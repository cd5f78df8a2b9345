using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Seals what the app's own functions hand to a thread's orchestration. Anybody who reaches the task hub can start an
/// orchestration and raise an event; without the store's secret nobody can make it look as if an agent or a person had done it.
/// </summary>
/// <remarks>
/// A seal is an HMAC-SHA256, 64 hexadecimal digits, over what is sealed, by hash, and where it belongs. Activities check seals
/// and an orchestrator remembers their answers: the secret is in no history, and a replay needs it not.
/// </remarks>
public sealed class ThreadSeals
{
    /// <summary>
    /// In place of a seal, in a state that an orchestration carries over to itself: it proves nothing, and the store is asked.
    /// States of before there were seals have nothing there.
    /// </summary>
    public const string Carried = "carried";

    private readonly StoreSecret _secret;

    internal ThreadSeals(IBlobs blobs) => _secret = new StoreSecret(blobs, "seals");

    /// <summary>Starts a thread.</summary>
    /// <param name="start">What it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The input of its orchestration.</returns>
    public async ValueTask<ThreadState> StartAsync(ThreadStart start, CancellationToken cancellation) =>
        ThreadState.Starting(start) with { Seal = await SealAsync(start.ThreadId, "start", ContentHash.Of(start), cancellation) };

    /// <summary>Whether the app has started a thread as it says.</summary>
    /// <param name="start">What it says.</param>
    /// <param name="seal">Its seal; null where it has none.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<bool> HoldsAsync(ThreadStart start, string? seal, CancellationToken cancellation) =>
        seal is not null && Same(seal, await SealAsync(start.ThreadId, "start", ContentHash.Of(start), cancellation));

    /// <summary>The beginning of a thread that no step is recorded of yet; null where the app has not started it.</summary>
    /// <param name="instance">Its orchestration, with its input.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ThreadState?> BeginningOfAsync(OrchestrationMetadata instance, CancellationToken cancellation) =>
        instance.ReadInputAs<ThreadState>() is { } input
        && input.Start.ThreadId == instance.InstanceId
        && await HoldsAsync(input.Start, input.Seal, cancellation)
            ? ThreadState.Starting(input.Start)
            : null;

    /// <summary>Puts what comes into a thread into its envelope.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="requestId">The request.</param>
    /// <param name="input">What comes in.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<InboxEnvelope> EnvelopAsync(
        string threadId, string requestId, InboxInput input, CancellationToken cancellation) =>
        new(requestId, input, await SealAsync(threadId, $"inbox\n{requestId}", HashOf(input), cancellation));

    /// <summary>Whether an event came through the app.</summary>
    /// <param name="threadId">The thread that it was raised for.</param>
    /// <param name="arrival">What its orchestration says of it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<bool> HoldsAsync(string threadId, ArrivalProof arrival, CancellationToken cancellation) =>
        arrival is { Seal: { } seal, Hash.Length: > 0 }
        && Same(seal, await SealAsync(threadId, $"inbox\n{arrival.RequestId}", arrival.Hash, cancellation));

    /// <summary>
    /// The hash of what comes in: of all that it says, a body that travels with it included. Empty, which no seal fits, where
    /// that cannot be told.
    /// </summary>
    /// <param name="input">What comes in, from whomever.</param>
    public static string HashOf(InboxInput input)
    {
        try
        {
            return ContentHash.Of(
                input is MessageArrived { Message: { Body.Inline: { } body } message }
                    ? new MessageArrived(message with { Body = MessageBody.Of(body) with { Inline = null } })
                    : input);
        }
        catch (Exception)
        {
            // Whatever the reason: what came through the app can be hashed.
            return "";
        }
    }

    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private async ValueTask<string> SealAsync(string threadId, string use, string hash, CancellationToken cancellation) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(
            await _secret.ReadAsync(cancellation), Encoding.UTF8.GetBytes($"{threadId}\n{use}\n{hash}")));
}
