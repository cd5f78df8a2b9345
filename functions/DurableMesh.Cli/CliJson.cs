using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Agents;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Runs;
using DurableMesh.Client.Backups;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Distillation;
using DurableMesh.Core.Events;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Money;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Cli;

/// <summary>The JSON of the command line: what it prints, and what the demo's agents read and write.</summary>
[JsonSerializable(typeof(ThreadView))]
[JsonSerializable(typeof(ThreadsPage))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(MessagesPage))]
[JsonSerializable(typeof(MeshStats))]
[JsonSerializable(typeof(CostsPage))]
[JsonSerializable(typeof(PairStats))]
[JsonSerializable(typeof(SurfaceView))]
[JsonSerializable(typeof(SurfacesPage))]
[JsonSerializable(typeof(Ledger.BaselineReport))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Artifact))]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(IReadOnlyList<PriceSource>))]
[JsonSerializable(typeof(Host.HostView))]
[JsonSerializable(typeof(CommandLine.VersionView))]
[JsonSerializable(typeof(Doctor.DoctorReport))]
[JsonSerializable(typeof(Policy.PolicyCheck))]
[JsonSerializable(typeof(Evidence.SavedEvidence))]
[JsonSerializable(typeof(EvidenceReport))]
[JsonSerializable(typeof(AgentsPage))]
[JsonSerializable(typeof(AgentView))]
[JsonSerializable(typeof(CompaniesPage))]
[JsonSerializable(typeof(Organisations.LoadReport))]
[JsonSerializable(typeof(MissionTask))]
[JsonSerializable(typeof(TasksPage))]
[JsonSerializable(typeof(AuthorityTable))]
[JsonSerializable(typeof(AuthorityExplanations))]
[JsonSerializable(typeof(PutAuthorityRequest))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(KeysPage))]
[JsonSerializable(typeof(MeshEvent))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(WebhookView))]
[JsonSerializable(typeof(WebhooksPage))]
[JsonSerializable(typeof(DeadLettersPage))]
[JsonSerializable(typeof(Demo.CheckLine))]
[JsonSerializable(typeof(Smoke.SmokeReport))]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(AgentTurn))]
[JsonSerializable(typeof(AgentReply))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(QuestionAnswer))]
[JsonSerializable(typeof(IReadOnlyList<QuestionAnswer>))]
[JsonSerializable(typeof(DraftBatch))]
[JsonSerializable(typeof(DraftJudgements))]
[JsonSerializable(typeof(Distill.MendRequest))]
[JsonSerializable(typeof(Distill.DistillOptions))]
[JsonSerializable(typeof(Distill.DistillReport))]
[JsonSerializable(typeof(StartThreadRequest))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(WorkflowView))]
[JsonSerializable(typeof(WorkflowsPage))]
[JsonSerializable(typeof(WorkflowPreview))]
[JsonSerializable(typeof(WorkflowReport))]
[JsonSerializable(typeof(DispatchAnswer))]
[JsonSerializable(typeof(ExperimentReport))]
[JsonSerializable(typeof(RolloutProposal))]
[JsonSerializable(typeof(PublishedExperiment))]
[JsonSerializable(typeof(LiveComparison))]
[JsonSerializable(typeof(BackupSummary))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>The context to use: the mesh's own rules, and text that people can read.</summary>
    public static CliJson Context { get; } = new(new JsonSerializerOptions(MeshJson.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
