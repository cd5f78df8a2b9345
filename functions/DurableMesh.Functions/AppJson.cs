using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Events;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Dashboard.Agents;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Surfaces;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;

namespace DurableMesh.Functions;

/// <summary>
/// The mesh's JSON with the app's own records: what both hosts serialize activities' inputs, events and answers with.
/// </summary>
internal static class AppJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>The metadata of one type, looked up once.</summary>
    public static JsonTypeInfo<T> TypeInfo<T>() => Cache<T>.TypeInfo;

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(MeshJson.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(AppJsonContext.Default, MeshJson.Options.TypeInfoResolver),
        };
        options.MakeReadOnly();
        return options;
    }

    private static class Cache<T>
    {
        public static readonly JsonTypeInfo<T> TypeInfo = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}

/// <summary>The source-generated metadata of the app's own records; used through <see cref="AppJson.Options"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ThreadRecord))]
[JsonSerializable(typeof(SavedTrack))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(Spend))]
[JsonSerializable(typeof(DashboardSession))]
[JsonSerializable(typeof(AgentStanding))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(StepAnswer))]
[JsonSerializable(typeof(ThreadStatus))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(LoggedChange<AuthorityChange>))]
[JsonSerializable(typeof(LoggedChange<TaskChange>))]
[JsonSerializable(typeof(LoggedChange<RegistryChange>))]
[JsonSerializable(typeof(ReplyTry))]
[JsonSerializable(typeof(ReplyPlan))]
[JsonSerializable(typeof(ReplyOutcome))]
[JsonSerializable(typeof(ReplyReady))]
[JsonSerializable(typeof(ReplyGivenUp))]
[JsonSerializable(typeof(WaitingFor))]
[JsonSerializable(typeof(LoggedChange<KeyChange>))]
[JsonSerializable(typeof(LoggedChange<ReachChange>))]
[JsonSerializable(typeof(LoggedChange<SessionEnded>))]
[JsonSerializable(typeof(EventCursor))]
[JsonSerializable(typeof(LoggedChange<WebhookChange>))]
[JsonSerializable(typeof(LoggedChange<A2aPushChange>))]
[JsonSerializable(typeof(SinkProgress))]
[JsonSerializable(typeof(LoggedChange<WorkflowChange>))]
[JsonSerializable(typeof(LoggedChange<BaselineChange>))]
[JsonSerializable(typeof(LoggedChange<PublishExperiment>))]
[JsonSerializable(typeof(LoggedChange<SurfaceChange>))]
[JsonSerializable(typeof(SurfaceTurn))]
[JsonSerializable(typeof(SurfaceMoves))]
[JsonSerializable(typeof(StepOrder))]
[JsonSerializable(typeof(PreparedStep))]
[JsonSerializable(typeof(FailedStep))]
internal sealed partial class AppJsonContext : JsonSerializerContext;
