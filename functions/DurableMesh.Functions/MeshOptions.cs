using DurableMesh.Functions.Identity;
using DurableMesh.Functions.ReadModel;

namespace DurableMesh.Functions;

/// <summary>The configuration section <c>Mesh</c> (environment: <c>Mesh__SeedFile</c> and so on).</summary>
public sealed class MeshOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Mesh";

    /// <summary>
    /// The organisation file, JSON: what an empty store starts with. A relative path is taken from the app's own folder.
    /// </summary>
    public string SeedFile { get; set; } = "organisation.json";

    /// <summary>The blob container of transcripts, bodies and evidence.</summary>
    public string StoreContainer { get; set; } = "durablemesh-store";

    /// <summary>How long a start or a send waits for its outcome before it is answered with 202; 1 s to 1 min.</summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How the mesh is spoken to over A2A.</summary>
    public A2aOptions A2a { get; set; } = new();

    /// <summary>
    /// The policy, a JSON file that is read again when it changes; a relative path is taken from the app's own folder.
    /// </summary>
    public string PolicyFile { get; set; } = "policy.json";

    /// <summary>Who follows the MC tasks.</summary>
    public TaskFollowerOptions Tasks { get; set; } = new();

    /// <summary>What happens, and who hears of it.</summary>
    public EventOptions Events { get; set; } = new();

    /// <summary>Where the mesh may post what happens.</summary>
    public WebhookOptions Webhooks { get; set; } = new();

    /// <summary>The store.</summary>
    public StoreOptions Store { get; set; } = new();

    /// <summary>How long what has ended is kept.</summary>
    public RetentionOptions Retention { get; set; } = new();

    /// <summary>The tables on this machine's disk that searches are answered from.</summary>
    public ReadModelOptions ReadModel { get; set; } = new();

    /// <summary>Where the models of <c>chat</c> adapters are, by the provider's name.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What agents' adapters need and the registry must not have, by the agent's id.</summary>
    public Dictionary<string, AdapterSecretOptions> Adapters { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How the mesh calls agents by itself.</summary>
    public ResponderOptions Responder { get; set; } = new();

    /// <summary>Who may do what.</summary>
    public IdentityOptions Identity { get; set; } = new();
}

/// <summary>An external tracker that is told of every change of an MC task.</summary>
public sealed class TaskFollowerOptions
{
    /// <summary>Where the tracker listens, an http or https address; nobody is told where it is not given.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>What the events are signed with, at least 16 characters.</summary>
    public string? WebhookSecret { get; set; }
}

/// <summary>Which of the ways of speaking to models a provider has.</summary>
public enum ProviderKind
{
    /// <summary>OpenAI's Chat Completions, which many servers speak, Ollama for one.</summary>
    OpenAI,

    /// <summary>Anthropic's Messages.</summary>
    Anthropic,
}

/// <summary>A provider of models.</summary>
public sealed class ProviderOptions
{
    /// <summary>How it is spoken to.</summary>
    public ProviderKind? Kind { get; set; }

    /// <summary>
    /// Where it is, an http or https address: for <c>openai</c> up to and with <c>/v1</c>, for <c>anthropic</c> without. By
    /// default the provider's own.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>The key; a server of one's own may want none.</summary>
    public string? Key { get; set; }
}

/// <summary>The secrets of one agent's adapter.</summary>
public sealed class AdapterSecretOptions
{
    /// <summary>What calls of its <c>webhook</c> are signed with, and the bearer's token that its <c>a2a</c> is shown.</summary>
    public string? Secret { get; set; }
}

/// <summary>The limits of the calls that the mesh makes by itself.</summary>
public sealed class ResponderOptions
{
    /// <summary>How long one call may take; 1 s to 30 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>For how long a call that fails is tried again; zero to 1 day.</summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a message is tried at most; 1 to 100.</summary>
    public int MaxTries { get; set; } = 6;

    /// <summary>How many calls a host makes at once; 1 to 10000.</summary>
    public int MaxCalls { get; set; } = 32;

    /// <summary>How many calls of one agent a host makes at once; 1 to 1000.</summary>
    public int MaxCallsPerAgent { get; set; } = 4;

    /// <summary>After how many failures on end an agent is not called for a while; 2 to 1000.</summary>
    public int BreakAfter { get; set; } = 5;

    /// <summary>For how long it is not called then; 1 s to 1 h.</summary>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How the mesh is spoken to over A2A.</summary>
public sealed class A2aOptions
{
    /// <summary>
    /// Where clients reach the mesh, for its cards: an absolute http:// or https:// address; the one that they asked for their card
    /// where it is not given.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>The MC task of a message that names none; none where it is not given.</summary>
    public string? McTask { get; set; }

    /// <summary>
    /// For how long SendMessage waits until a task is over or waits for its client, before it answers with the task as it is; 1 s
    /// to 10 min.
    /// </summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(200);
}

/// <summary>How events are kept and handed on.</summary>
public sealed class EventOptions
{
    /// <summary>For how long events are kept; 1 h to 400 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many event streams a host keeps open; 1 to 100,000.</summary>
    public int Streams { get; set; } = 10_000;

    /// <summary>How many of them one agent or operator may have; 1 to 100,000. Without keys all callers are one.</summary>
    public int StreamsPerCaller { get; set; } = 32;

    /// <summary>
    /// After how long a stream ends, whose reader then comes again; 1 min to 30 days. By default 4 minutes in Azure, whose front
    /// end and hosts end what takes longer, and a day elsewhere.
    /// </summary>
    public TimeSpan? LongestStream { get; set; }

    /// <summary>
    /// After how long without a visit to its inbox an agent that a thread waits for counts as unreachable; 1 min to 1 day.
    /// </summary>
    public TimeSpan UnreachableAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The Azure Storage queue that is told of events.</summary>
    public EventQueueOptions Queue { get; set; } = new();
}

/// <summary>An Azure Storage queue that is told of events.</summary>
public sealed class EventQueueOptions
{
    /// <summary>Its name; there is none where it is not given.</summary>
    public string? Name { get; set; }

    /// <summary>The connection string of its account; the app's own storage where it is not given.</summary>
    public string? Connection { get; set; }

    /// <summary>Which types, with commas between them; all where it is not given.</summary>
    public string? Types { get; set; }

    /// <summary>The types, one by one.</summary>
    internal IReadOnlyList<string> TypeList =>
        (Types ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Where the mesh may post to, besides public addresses by https.</summary>
public sealed class WebhookOptions
{
    /// <summary>Whether private networks and this machine are as good as others, also by http.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>
    /// Hosts, by name or address and with commas between them, that may be in a private network and spoken to by http.
    /// </summary>
    public string Allow { get; set; } = "";

    /// <summary>Whether a host may be in a private network.</summary>
    /// <param name="host">Its name or address.</param>
    internal bool Allows(string host) => AllowPrivate
        || Allow.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Contains(host, StringComparer.OrdinalIgnoreCase);
}

/// <summary>How the store behaves.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// Whether other hosts write to the same store, so that reads look for what they wrote first. By default true in Azure
    /// (where <c>WEBSITE_INSTANCE_ID</c> or <c>LEGION_SERVICE_HOST</c> is set) and false elsewhere.
    /// </summary>
    public bool? SharedByHosts { get; set; }

    /// <summary>How long a call waits for the storage before it is answered with 503; 1 s to 1 min.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How much of the newest transcripts and bodies is kept in memory, in MiB; 1 to 4096.</summary>
    public int CacheMegabytes { get; set; } = 64;
}

/// <summary>How long what has ended is kept.</summary>
public sealed class RetentionOptions
{
    /// <summary>
    /// How long the task hub keeps the orchestration of a thread that has ended, which nobody needs any more; 2 h to 400 days.
    /// </summary>
    public TimeSpan Orchestrations { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>Whose requests the mesh takes.</summary>
public sealed class IdentityOptions
{
    /// <summary>
    /// Whether requests need a key. By default <see cref="IdentityMode.Open"/> on a developer's machine, and
    /// <see cref="IdentityMode.Keys"/> wherever anybody else may reach the host.
    /// </summary>
    public IdentityMode? Mode { get; set; }

    /// <summary>
    /// A key that may do all, to issue the first operator's key with: 32 or more visible ASCII characters, from the environment.
    /// </summary>
    public string? RootKey { get; set; }

    /// <summary>Why others than this machine may reach the host; null where they do not.</summary>
    internal string? Exposure { get; set; }

    /// <summary>Whether Azure's front end stands between the host and its clients.</summary>
    internal bool BehindAzure { get; set; }
}
