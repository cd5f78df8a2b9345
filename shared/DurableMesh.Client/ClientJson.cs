using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Events;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Client;

/// <summary>The JSON of the HTTP API, as a client writes and reads it.</summary>
[JsonSerializable(typeof(ThreadView))]
[JsonSerializable(typeof(ThreadsPage))]
[JsonSerializable(typeof(MessagesPage))]
[JsonSerializable(typeof(InboxPage))]
[JsonSerializable(typeof(MeshStats))]
[JsonSerializable(typeof(CostsPage))]
[JsonSerializable(typeof(PairStats))]
[JsonSerializable(typeof(BaselineReceipt))]
[JsonSerializable(typeof(PublishedExperiment))]
[JsonSerializable(typeof(SurfaceView))]
[JsonSerializable(typeof(SurfacesPage))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ReservationRequest))]
[JsonSerializable(typeof(CancelRequest))]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LeaseView))]
[JsonSerializable(typeof(KeptArtifact))]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(AgentsPage))]
[JsonSerializable(typeof(AgentView))]
[JsonSerializable(typeof(CompaniesPage))]
[JsonSerializable(typeof(CompanyView))]
[JsonSerializable(typeof(MissionTask))]
[JsonSerializable(typeof(TasksPage))]
[JsonSerializable(typeof(CreateTaskRequest))]
[JsonSerializable(typeof(PatchTaskRequest))]
[JsonSerializable(typeof(AuthorityTable))]
[JsonSerializable(typeof(AuthorityExplanations))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(KeysPage))]
[JsonSerializable(typeof(IssueKeyRequest))]
[JsonSerializable(typeof(RotateKeyRequest))]
[JsonSerializable(typeof(EventsPage))]
[JsonSerializable(typeof(WebhookView))]
[JsonSerializable(typeof(WebhooksPage))]
[JsonSerializable(typeof(DeadLettersPage))]
[JsonSerializable(typeof(AddWebhookRequest))]
[JsonSerializable(typeof(WorkflowView))]
[JsonSerializable(typeof(WorkflowsPage))]
[JsonSerializable(typeof(WorkflowPreview))]
[JsonSerializable(typeof(StepDecisionRequest))]
[JsonSerializable(typeof(FinalizeRequest))]
[JsonSerializable(typeof(DispatchAnswer))]
internal sealed partial class ClientJson : JsonSerializerContext
{
    /// <summary>The context to use: the mesh's own rules, and text that people can read.</summary>
    public static ClientJson Context { get; } = new(new JsonSerializerOptions(MeshJson.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
