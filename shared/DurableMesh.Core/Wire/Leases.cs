namespace DurableMesh.Core.Wire;

/// <summary>The body of <c>PUT /threads/{id}/lease</c>: one runner of an agent claims a message, or goes on holding it.</summary>
/// <param name="Agent">The agent that the message is to, or that it gives the move.</param>
/// <param name="Holder">
/// The runner, by a name that it makes for itself and keeps for its life: 1-128 of <c>A-Z a-z 0-9 . _ : -</c>.
/// </param>
/// <param name="Sequence">The message.</param>
/// <param name="For">For how long, from now: 1 second to 10 minutes. A holder that goes on asks again before.</param>
/// <param name="Done">
/// Whether the holder has done with the message: it gives the lease up, and nobody gets that message any more.
/// </param>
/// <param name="Device">The machine that it runs on, for people; null where it does not say.</param>
public sealed record LeaseRequest(
    string Agent, string Holder, int Sequence, TimeSpan For, bool Done = false, string? Device = null);

/// <summary>Which runner of an agent is at work on a thread.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Holder">The runner.</param>
/// <param name="Sequence">The message that it is at work on.</param>
/// <param name="Since">When it claimed that message.</param>
/// <param name="ExpiresAt">When the lease runs out unless it is renewed; in the past where nobody is at work.</param>
/// <param name="DoneThrough">The newest message that a runner of the agent has done with; 0 before the first.</param>
/// <param name="Device">The machine; null where the holder did not say.</param>
public sealed record LeaseView(
    string Agent, string Holder, int Sequence, DateTimeOffset Since, DateTimeOffset ExpiresAt, int DoneThrough, string? Device);
