using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Gate;

/// <summary>What a thread's trust zones say of its parties.</summary>
internal static class ThreadTrust
{
    /// <summary>
    /// What happens to what a party says. A thread from before there were zones is as open as it was; who is no party is turned
    /// away elsewhere.
    /// </summary>
    /// <param name="thread">The thread.</param>
    /// <param name="from">The party's id.</param>
    public static TrustAction TrustIn(this ThreadView thread, string from) =>
        thread.Trust is not { } trust ? TrustAction.Allow
        : from == thread.Initiator ? trust.ToResponder
        : trust.ToInitiator;
}
