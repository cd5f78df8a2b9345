using DurableMesh.Core.Events;

namespace DurableMesh.Dashboard.Events;

/// <summary>Somebody who is told of events, and how many events wait that were given up.</summary>
/// <param name="Webhook">Who is told.</param>
/// <param name="Dead">How many events it did not take, and are kept; null where nobody counted.</param>
public sealed record WebhookLine(WebhookView Webhook, int? Dead);

/// <summary>What the page of a webhook shows.</summary>
/// <param name="Webhook">Who is told.</param>
/// <param name="Dead">The events that it did not take, the oldest first.</param>
public sealed record WebhookModel(WebhookView Webhook, DeadLettersPage Dead);
