namespace DurableMesh.Core.Events;

/// <summary>The answer to <c>GET /events</c> for those who want JSON.</summary>
/// <param name="Events">The events, in order.</param>
/// <param name="Next">What to give as <c>after</c> for those that follow.</param>
/// <param name="More">Whether there are more already.</param>
public sealed record EventsPage(IReadOnlyList<MeshEvent> Events, string Next, bool More);
