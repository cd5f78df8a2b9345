using DurableMesh.Core.Policy;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Authority;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// Makes of a request what a thread may be started with: its agents by id, its policy pinned, and nothing in its brief that its
/// responder may not see. That comes before the gate, because what is handed to the orchestration is stored.
/// </summary>
public sealed class ThreadDrafts(
    IAgentDirectory agents, IAuthorityDirectory authority, IPolicySource policies, IPseudonyms pseudonyms, TimeProvider time)
{
    /// <summary>The id of the agent that a thread is asked for by.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<string> InitiatorOfAsync(StartThreadRequest asked, CancellationToken cancellation) =>
        (await agents.ReadAsync(cancellation)).Resolve(asked.Initiator);

    /// <summary>Drafts a thread.</summary>
    /// <param name="threadId">The thread's id.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ThreadDraft> DraftAsync(string threadId, StartThreadRequest asked, CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        var tables = await authority.ReadAsync(cancellation);
        var policy = policies.Current;
        var trust = registry.Find(asked.Initiator) is { } initiator && registry.Find(asked.Responder) is { } responder
            ? policy.Trust.Decide(initiator, responder)
            : null;
        var redaction = new RequestRedaction(
            await pseudonyms.OfAsync(threadId, cancellation), (trust?.ToResponder ?? TrustAction.Deny).ScopeOf());
        asked = redaction.Of(asked);
        var hash = ThreadStart.HashOf(asked);
        var named = asked with { Initiator = registry.Resolve(asked.Initiator), Responder = registry.Resolve(asked.Responder) };
        var start = ThreadStart.Create(threadId, named, policy.Limits, hash, time.GetUtcNow()) with
        {
            AuthorityVersion = tables.Current.Version,
            Trust = trust,
            Redactions = redaction.Removed,
            Unpriced = policy.Unpriced == UnpricedUsage.Allow ? null : policy.Unpriced,
        };
        return new ThreadDraft(start, named.Brief.Body);
    }
}

/// <summary>A thread that can be started.</summary>
/// <param name="Start">What it is.</param>
/// <param name="Body">The brief's body, which is stored apart where it is large.</param>
public sealed record ThreadDraft(ThreadStart Start, JsonText? Body);
