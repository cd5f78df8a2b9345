using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Events;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Wire;

/// <summary>The mesh's JSON: what both hosts, the app and the command line write and read.</summary>
public static class MeshJson
{
    /// <summary>
    /// camelCase, enums as text, durations as <c>PT30M</c>, instants in UTC with <c>Z</c>, nulls written. The mesh's own records
    /// come from the source-generated <see cref="MeshJsonContext"/>, others from reflection, so that a host can use these options
    /// for all it has.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    /// <summary>The same, indented for people.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            AllowOutOfOrderMetadataProperties = true,
            RespectNullableAnnotations = true,
            WriteIndented = indented,
            TypeInfoResolver = JsonTypeInfoResolver.Combine(MeshJsonContext.Default, new DefaultJsonTypeInfoResolver()),
        };
        options.Converters.Add(new DurationConverter());
        options.Converters.Add(new InstantConverter());
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>The source-generated metadata of all that the mesh writes; use it through <see cref="MeshJson.Options"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StartThreadRequest))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(ReservationRequest))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LeaseView))]
[JsonSerializable(typeof(CancelRequest))]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(ThreadView))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(MessagesPage))]
[JsonSerializable(typeof(ThreadsPage))]
[JsonSerializable(typeof(InboxPage))]
[JsonSerializable(typeof(AgentsPage))]
[JsonSerializable(typeof(MissionTask))]
[JsonSerializable(typeof(TasksPage))]
[JsonSerializable(typeof(CreateTaskRequest))]
[JsonSerializable(typeof(PatchTaskRequest))]
[JsonSerializable(typeof(TaskChange))]
[JsonSerializable(typeof(ThreadOutcome))]
[JsonSerializable(typeof(CompaniesPage))]
[JsonSerializable(typeof(RegistryChange))]
[JsonSerializable(typeof(MeshStats))]
[JsonSerializable(typeof(CostsPage))]
[JsonSerializable(typeof(PairStats))]
[JsonSerializable(typeof(BaselineChange))]
[JsonSerializable(typeof(PublishExperiment))]
[JsonSerializable(typeof(PublishedExperiment))]
[JsonSerializable(typeof(ExperimentsPage))]
[JsonSerializable(typeof(BaselineReceipt))]
[JsonSerializable(typeof(SurfaceChange))]
[JsonSerializable(typeof(SurfaceView))]
[JsonSerializable(typeof(SurfacesPage))]
[JsonSerializable(typeof(SurfaceEvidence))]
[JsonSerializable(typeof(AgentTask))]
[JsonSerializable(typeof(KeptArtifact))]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ThreadState))]
[JsonSerializable(typeof(ThreadEvent))]
[JsonSerializable(typeof(RecentMessage[]))]
[JsonSerializable(typeof(InboxEnvelope))]
[JsonSerializable(typeof(TranscriptEntry))]
[JsonSerializable(typeof(GateReport))]
[JsonSerializable(typeof(AuthorityTable))]
[JsonSerializable(typeof(AuthorityExplanations))]
[JsonSerializable(typeof(RedactionCounts))]
[JsonSerializable(typeof(EvidenceFile))]
[JsonSerializable(typeof(EvidenceReport))]
[JsonSerializable(typeof(KeyChange))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(KeysPage))]
[JsonSerializable(typeof(IssueKeyRequest))]
[JsonSerializable(typeof(RotateKeyRequest))]
[JsonSerializable(typeof(MeshEvent))]
[JsonSerializable(typeof(ThreadHead))]
[JsonSerializable(typeof(MessageHead))]
[JsonSerializable(typeof(LimitHead))]
[JsonSerializable(typeof(AgentHead))]
[JsonSerializable(typeof(ThreadNotice))]
[JsonSerializable(typeof(EventsPage))]
[JsonSerializable(typeof(WebhookView))]
[JsonSerializable(typeof(WebhooksPage))]
[JsonSerializable(typeof(DeadLettersPage))]
[JsonSerializable(typeof(WebhookChange))]
[JsonSerializable(typeof(AddWebhookRequest))]
[JsonSerializable(typeof(A2aPushChange))]
[JsonSerializable(typeof(ReachChange))]
[JsonSerializable(typeof(WorkflowDefinition))]
[JsonSerializable(typeof(WorkflowBrief))]
[JsonSerializable(typeof(WorkflowEntry))]
[JsonSerializable(typeof(WorkflowView))]
[JsonSerializable(typeof(WorkflowsPage))]
[JsonSerializable(typeof(WorkflowPreview))]
[JsonSerializable(typeof(WorkflowMoves))]
[JsonSerializable(typeof(WorkflowChange))]
[JsonSerializable(typeof(WorkflowEvidence))]
[JsonSerializable(typeof(WorkflowReport))]
[JsonSerializable(typeof(StepDecisionRequest))]
[JsonSerializable(typeof(FinalizeRequest))]
[JsonSerializable(typeof(ExperimentEntry))]
[JsonSerializable(typeof(ExperimentResult))]
[JsonSerializable(typeof(ExperimentEvidence))]
[JsonSerializable(typeof(ExperimentReport))]
[JsonSerializable(typeof(DispatchRequest))]
[JsonSerializable(typeof(DispatchAnswer))]
[JsonSerializable(typeof(RolloutProposal))]
[JsonSerializable(typeof(LiveComparison))]
public sealed partial class MeshJsonContext : JsonSerializerContext;
