using DurableMesh.Core.Redaction;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// Makes of a sent message what may come into the thread: without what the other party may not see, its cost settled.
/// </summary>
public sealed class MessageScreening(IPolicySource policies, IPseudonyms pseudonyms, TimeProvider time)
{
    /// <summary>Screens a message.</summary>
    /// <param name="thread">The thread it is sent to.</param>
    /// <param name="asked">The message, its sender by id.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ScreenedMessage> ScreenAsync(
        ThreadView thread, SendMessageRequest asked, CancellationToken cancellation)
    {
        var redaction = new RequestRedaction(
            await pseudonyms.OfAsync(thread.ThreadId, cancellation), thread.TrustIn(asked.From).ScopeOf());
        asked = redaction.Of(asked);
        var incoming = IncomingMessage.Of(asked, policies.Current.Prices, time.GetUtcNow()) with
        {
            Redactions = redaction.Removed,
        };
        return new ScreenedMessage(incoming, asked.Body);
    }
}

/// <summary>A message that may come into its thread.</summary>
/// <param name="Message">The message.</param>
/// <param name="Body">Its body, which is stored apart where it is large.</param>
public sealed record ScreenedMessage(IncomingMessage Message, JsonText? Body);
