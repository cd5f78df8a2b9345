using Azure.Core.Serialization;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Events;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Money;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.A2A;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Artifacts;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Backups;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Dispatch;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Experiments;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Leases;
using DurableMesh.Functions.Ledger;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Organisations;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Surfaces;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Functions.Workflows;
using DurableMesh.LocalHost;
using DurableMesh.TaskHub.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions;

/// <summary>What the mesh's functions are made of.</summary>
internal static class MeshServices
{
    /// <summary>Registers the mesh.</summary>
    public static IServiceCollection AddMesh(this IServiceCollection services, IConfiguration configuration)
    {
        // Both hosts must write activities' inputs and events alike.
        services.Configure<WorkerOptions>(options => options.Serializer = new JsonObjectSerializer(AppJson.Options));

        services.AddOptions<MeshOptions>().Configure(options => MeshSettings.Bind(configuration, options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MeshOptions>, MeshOptionsValidator>();
        services.PostConfigure<MeshOptions>(options => options.Store.SharedByHosts ??= Exposure.IsAzure(configuration));
        services.PostConfigure<MeshOptions>(options => options.Events.LongestStream ??= Exposure.IsAzure(configuration)
            ? TimeSpan.FromMinutes(4)
            : TimeSpan.FromDays(1));

        services.TryAddSingleton(TimeProvider.System);
        services.AddPolicy();
        services.AddStore(configuration);
        services.AddReadModel(configuration);
        services.AddSingleton<OrganisationFile>();
        services.AddFoldedLog<AgentRegistry, RegistryChange>("registry", SeedRegistry.Of);
        services.AddSingleton<IAgentDirectory, AgentDirectory>();
        services.AddSingleton<AgentPresence>();
        services.AddFoldedLog<AuthorityTables, AuthorityChange>("authority", AuthorityChange.SeedOf);
        services.AddSingleton<IAuthorityDirectory, AuthorityDirectory>();
        services.AddTasks();
        services.AddEvents();
        services.AddA2a();
        services.AddWorkflows();
        services.AddSurfaces();
        services.AddFoldedLog<ExperimentBoard, PublishExperiment>("experiments");
        services.AddSingleton<IExperimentDirectory, ExperimentDirectory>();
        services.AddFoldedLog<Baseline, BaselineChange>("baseline");
        services.AddSingleton<IBaselineDirectory, BaselineDirectory>();
        services.AddIdentity(configuration);
        services.AddDashboard();
        services.AddSingleton<TaskHubCalls>();
        services.AddSingleton<ThreadEvidence>();
        services.AddSingleton<ThreadFinder>();
        services.AddSingleton<ThreadHolds>();
        services.AddSingleton<ThreadStarts>();
        services.AddSingleton<ThreadInbox>();
        services.AddSingleton<MessageDelivery>();
        services.AddSingleton<CallReservations>();
        services.AddResponder();
        services.AddSingleton(provider => new ThreadSeals(provider.GetRequiredService<IBlobs>()));
        services.AddSingleton<ThreadMessages>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<ArtifactKeeper>();
        services.AddSingleton<StoppedThreads>();
        services.AddSingleton<OverdueThreads>();
        services.AddHostedService<LeaseSweep>();
        services.AddSingleton<StoreComparison>();
        services.AddHostedService(provider => provider.GetRequiredService<StoreComparison>());
        services.AddHostedService<EndedOrchestrations>();
        return services;
    }

    private static void AddResponder(this IServiceCollection services)
    {
        services.TryAddSingleton<AddressGuard>();
        services.AddSingleton<AgentHttp>();
        services.AddSingleton<IAdapter, ChatAdapter>();
        services.AddSingleton<IAdapter, WebhookAdapter>();
        services.AddSingleton<IAdapter, A2aAdapter>();
        services.AddSingleton(provider => new AgentReaches(
            provider.GetRequiredService<FoldedLog<AgentReach, ReachChange>>(),
            provider.GetRequiredService<ILogger<AgentReaches>>()));
        services.AddSingleton<AdapterCalls>();
        services.AddSingleton<TurnReader>();
        services.AddSingleton<ResponderStart>();
    }

    private static void AddTasks(this IServiceCollection services)
    {
        services.AddFoldedLog<TaskBoard, TaskChange>("tasks", TasksSeeded.Of);
        services.AddSingleton<ITaskDirectory, TaskDirectory>();
        services.AddSingleton<ThreadTasks>();
    }

    private static void AddA2a(this IServiceCollection services)
    {
        services.AddSingleton<A2aPushChanges>();
        services.AddSingleton<IFoldFollower<A2aPushBook, A2aPushChange>>(
            provider => provider.GetRequiredService<A2aPushChanges>());
        services.AddFoldedLog<A2aPushBook, A2aPushChange>("a2a-pushes");
        services.AddSingleton<A2aCardMaker>();
        services.AddSingleton<A2aTaskReader>();
        services.AddSingleton<A2aTaskFinder>();
        services.AddSingleton<A2aUpdates>();
        services.AddSingleton<A2aSends>();
        services.AddSingleton<A2aPushes>();
        services.AddSingleton<ISinkSource>(provider => provider.GetRequiredService<A2aPushes>());
        services.AddSingleton<A2aOperations>();
    }

    private static void AddWorkflows(this IServiceCollection services)
    {
        services.AddFoldedLog<WorkflowBoard, WorkflowChange>("workflows");
        services.AddSingleton<IWorkflowDirectory, WorkflowDirectory>();
        services.AddSingleton<WorkflowDrafts>();
        services.AddSingleton<EarlierTries>();
        services.AddSingleton<WorkflowStarts>();
        services.AddSingleton<WorkflowResults>();
        services.AddSingleton<HandedArtifacts>();
        services.AddSingleton<ITaskClassifier, WordClassifier>();
    }

    private static void AddSurfaces(this IServiceCollection services)
    {
        services.AddFoldedLog<SurfaceBoard, SurfaceChange>("surfaces");
        services.AddSingleton<ISurfaceDirectory, SurfaceDirectory>();
        services.AddSingleton<SurfaceWaker>();
        services.AddSingleton<SurfaceRequests>();
    }

    private static void AddIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        services.PostConfigure<MeshOptions>(options =>
        {
            var identity = options.Identity;
            identity.Exposure = Exposure.Of(configuration);
            identity.BehindAzure = Exposure.IsAzure(configuration);
            identity.Mode ??= identity.Exposure is null ? IdentityMode.Open : IdentityMode.Keys;
            identity.RootKey = identity.RootKey is { Length: > 0 } root ? root : null;
        });
        services.AddFoldedLog<KeyRing, KeyChange>("keys");
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddHostedService<IdentityReport>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<IdentityMiddleware>();
        services.AddSingleton<IRequestGuard>(provider => provider.GetRequiredService<IdentityMiddleware>());
        services.AddSingleton<ICallerCheck>(provider => provider.GetRequiredService<IdentityMiddleware>());
        services.AddSingleton<ISessionKeys>(provider => provider.GetRequiredService<IdentityMiddleware>());
    }

    private static void AddPolicy(this IServiceCollection services)
    {
        services.AddSingleton<PolicyFile>();
        services.AddSingleton<IPolicySource>(provider => provider.GetRequiredService<PolicyFile>());
        services.AddHostedService(provider => provider.GetRequiredService<PolicyFile>());
        services.AddSingleton<IPseudonyms, Pseudonyms>();
        services.AddSingleton<Admissions>();
        services.AddSingleton<CallBudgets>();
        services.AddSingleton<SubjectNames>();
        services.AddSingleton<ThreadDrafts>();
        services.AddSingleton<MessageScreening>();
        services.AddSingleton<ArtifactScreening>();
    }

    private static void AddStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(_ => StorageConnection.Read(configuration));
        services.AddSingleton<IBlobs>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MeshOptions>>().Value;
            return new AzureBlobs(
                provider.GetRequiredService<StorageConnection>(),
                options.StoreContainer,
                options.Store.Patience,
                provider.GetService<StorageStart>(),
                provider.GetService<ISaveWitness>());
        });
        services.AddSingleton<BlobThreadLog>();
        services.AddSingleton<IThreadLog>(provider => provider.GetRequiredService<BlobThreadLog>());
        services.AddSingleton<IMeshLedger>(provider => provider.GetRequiredService<BlobThreadLog>().Ledger);
        services.AddSingleton<IStoreLog>(provider => provider.GetRequiredService<BlobThreadLog>());
        services.AddSingleton<BlobBodyStore>();
        services.AddSingleton<IBodyStore>(provider => provider.GetRequiredService<BlobBodyStore>());
        services.AddSingleton<IStoreLog>(provider => provider.GetRequiredService<BlobBodyStore>());
        services.AddSingleton<IEvidenceStore, BlobEvidenceStore>();
        services.AddSingleton<ILeaseStore, BlobLeaseStore>();
        services.AddSingleton<IArtifactStore, BlobArtifactStore>();
        services.AddSingleton<IStoreHealth, StoreHealth>();
        services.AddHostedService<StoreService>();
        services.AddSingleton(provider => new MeshBackup(
            provider.GetRequiredService<StorageConnection>(),
            provider.GetRequiredService<IOptions<MeshOptions>>(),
            provider.GetServices<IStoreLog>(),
            provider.GetRequiredService<IMeshLedger>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<MeshBackup>>(),
            provider.GetService<IHubBackup>()));
    }
}
