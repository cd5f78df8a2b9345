using System.Text.Json.Nodes;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Health;
using static DurableMesh.Functions.OpenApi.ApiAnswer;
using static DurableMesh.Functions.OpenApi.ApiParameter;

namespace DurableMesh.Functions.OpenApi.Operations;

/// <summary>The routes of events and webhooks, and of the mesh itself, described.</summary>
internal static class EventOperations
{
    public static ApiGroup Events { get; } = new(
        "Events",
        "What happens, as CloudEvents: a stream, a page at a time, or posted to a webhook.",
        [
            new("Events", "Follow what happens")
            {
                Remarks = "Server-sent events; with Accept: application/json a page. An agent hears of what it takes part in.",
                Query =
                [
                    Text("type", "Only events of these types; a * at the end stands for any ending.") with { IsList = true },
                    Text("thread", "Only events of these threads.") with { IsList = true },
                    Text("agent", "Only events about these agents, by id or alias.") with { IsList = true },
                    Text("company", "Only events about agents of these companies.") with { IsList = true },
                    Text("after", "The id of the last event, or the next of the page before."),
                    Duration("since", "Begin that long ago, where there is no after."),
                    Number("limit", "The most events of a page.", 1, 500, 100),
                    Duration("wait", "How long a page waits for an event: up to PT60S."),
                ],
                Headers = [Text("Last-Event-ID", "The id of the last event that was seen; goes before after.")],
                Answers = [Ok<EventsPage>("The events.") with { OtherMediaType = "text/event-stream" }],
                Problems = ["unknown_value", "unknown_position", "events_expired", "too_many_streams"],
            },
            new("AddWebhook", "Add a webhook")
            {
                Body = ApiBody.Of(AddWebhookRequest.Read),
                Answers = [Of<WebhookView>(201, "It is told from now on; its secret stands here, this once.", "Cache-Control")],
                Problems = ["address_refused", "webhook_exists", "too_many_webhooks"],
            },
            new("ListWebhooks", "List webhooks") { Answers = [Ok<WebhooksPage>("All of them, without their secrets.")] },
            new("GetWebhook", "Get a webhook")
            {
                Answers = [Ok<WebhookView>("The webhook, and how far it was told.")],
                Problems = ["webhook_not_found"],
            },
            new("RemoveWebhook", "Remove a webhook")
            {
                Answers = [NoContent("It is told no more.")],
                Problems = ["webhook_not_found", "webhook_of_settings"],
            },
            new("PauseWebhook", "Pause a webhook")
            {
                Answers = [Ok<WebhookView>("It is told nothing until it is resumed, and misses nothing.")],
                Problems = ["webhook_not_found"],
            },
            new("ResumeWebhook", "Resume a webhook")
            {
                Answers = [Ok<WebhookView>("It goes on where it was, at once.")],
                Problems = ["webhook_not_found"],
            },
            new("ListDeadLetters", "List the events that a webhook did not take")
            {
                Answers = [Ok<DeadLettersPage>("Up to 100 of them, the oldest first.")],
                Problems = ["webhook_not_found"],
            },
            new("ResendDeadLetter", "Tell a webhook once more")
            {
                Answers = [NoContent("It took it.")],
                Problems = ["webhook_not_found", "dead_letter_not_found", "not_taken"],
            },
        ])
    {
        Path = new Dictionary<string, string> { ["id"] = "The webhook's id.", ["letter"] = "The dead letter's id." },
    };

    public static ApiGroup Mesh { get; } = new(
        "Mesh",
        "The mesh itself.",
        [
            new("GetHealth", "Ask whether the mesh is live and ready")
            {
                IsPublic = true,
                Answers =
                [
                    Ok<HealthReport>("Everything answers."),
                    Of<HealthReport>(503, "Something does not; the report says what."),
                ],
            },
            new("CreateBackup", "Back the mesh up")
            {
                Remarks = "A gzip tar of all that the mesh keeps at one instant, its secrets too; mesh restore reads it. Its "
                    + "last entry, manifest.json, has each blob's SHA-256: a file without it was broken off.",
                Answers =
                [
                    new(200, "The backup, as it is written.", null)
                    {
                        OtherMediaType = "application/gzip",
                        Headers = ["Content-Disposition", "Cache-Control"],
                    },
                ],
                Problems = ["backup_running", "hub_not_here"],
            },
            new("GetOpenApi", "Get this description")
            {
                Headers = [Text("If-None-Match", "The ETag of what the caller has.")],
                Answers =
                [
                    Ok<JsonObject>("This document: OpenAPI 3.1.", "ETag", "Cache-Control"),
                    new(304, "The caller has it.", null) { Headers = ["ETag", "Cache-Control"] },
                ],
            },
            new("GetApiDocs", "Read this description as a page")
            {
                Headers = [Text("If-None-Match", "The ETag of what the caller has.")],
                Answers =
                [
                    new(200, "The page.", null) { OtherMediaType = "text/html", Headers = ["ETag", "Cache-Control"] },
                    new(304, "The caller has it.", null) { Headers = ["ETag", "Cache-Control"] },
                ],
            },
        ]);

    /// <summary>All groups, in the order of the document.</summary>
    public static IReadOnlyList<ApiGroup> All { get; } =
    [
        ThreadOperations.Group, AgentOperations.Agents, AgentOperations.Companies, LedgerOperations.Tasks,
        AgentOperations.Authority, LedgerOperations.Ledger, Events, WorkOperations.Workflows, WorkOperations.Surfaces,
        WorkOperations.Experiments, AgentOperations.Keys, Mesh,
    ];
}
