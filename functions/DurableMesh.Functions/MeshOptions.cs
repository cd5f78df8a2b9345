using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Identity;

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

    /// <summary>The limits of threads.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>What models cost, for usage whose sender names no cost.</summary>
    public IList<PriceOptions> Prices { get; } = [];

    /// <summary>Who follows the MC tasks.</summary>
    public TaskFollowerOptions Tasks { get; set; } = new();

    /// <summary>The store.</summary>
    public StoreOptions Store { get; set; } = new();

    /// <summary>Who may do what.</summary>
    public IdentityOptions Identity { get; set; } = new();
}

/// <summary>What a thread gets that asks for nothing, and the most that one may ask for.</summary>
public sealed class LimitOptions
{
    /// <summary>The life of a thread that names none.</summary>
    public TimeSpan DefaultTtl { get; set; } = LimitPolicy.Standard.Defaults.Ttl;

    /// <summary>The longest life that the gate lets in.</summary>
    public TimeSpan MaximumTtl { get; set; } = LimitPolicy.Standard.Maxima.Ttl;

    /// <summary>The turns of a thread that names none.</summary>
    public int DefaultTurns { get; set; } = LimitPolicy.Standard.Defaults.MaxTurns;

    /// <summary>The most turns that the gate lets in.</summary>
    public int MaximumTurns { get; set; } = LimitPolicy.Standard.Maxima.MaxTurns;

    /// <summary>The cost cap of a thread that names none, in US dollars.</summary>
    public decimal DefaultCostCapUsd { get; set; } = LimitPolicy.Standard.Defaults.CostCapUsd;

    /// <summary>The highest cost cap that the gate lets in, in US dollars.</summary>
    public decimal MaximumCostCapUsd { get; set; } = LimitPolicy.Standard.Maxima.CostCapUsd;

    /// <summary>The findings and notes per turn of a thread that names none.</summary>
    public int DefaultFindingsPerTurn { get; set; } = LimitPolicy.Standard.Defaults.MaxFindingsPerTurn;

    /// <summary>The most findings and notes per turn that the gate lets in.</summary>
    public int MaximumFindingsPerTurn { get; set; } = LimitPolicy.Standard.Maxima.MaxFindingsPerTurn;

    /// <summary>The rounds without progress of a thread that names none.</summary>
    public int DefaultRoundsWithoutProgress { get; set; } = LimitPolicy.Standard.Defaults.MaxRoundsWithoutProgress;

    /// <summary>The most rounds without progress that the gate lets in.</summary>
    public int MaximumRoundsWithoutProgress { get; set; } = LimitPolicy.Standard.Maxima.MaxRoundsWithoutProgress;

    /// <summary>The same, as the rules want it.</summary>
    public LimitPolicy ToPolicy() => new(
        new Limits(DefaultTtl, DefaultTurns, DefaultCostCapUsd, DefaultFindingsPerTurn, DefaultRoundsWithoutProgress),
        new Limits(MaximumTtl, MaximumTurns, MaximumCostCapUsd, MaximumFindingsPerTurn, MaximumRoundsWithoutProgress));
}

/// <summary>What a model costs from an instant on, in US dollars per million tokens.</summary>
public sealed class PriceOptions
{
    /// <summary>The model, as senders name it; case does not matter.</summary>
    public string Model { get; set; } = "";

    /// <summary>When the price takes effect; the newest one that has counts.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>Input tokens.</summary>
    public decimal Input { get; set; }

    /// <summary>Input tokens from a cache; by default as much as any others.</summary>
    public decimal? CachedInput { get; set; }

    /// <summary>Input tokens that go into a cache; by default as much as any others.</summary>
    public decimal? CacheWrite { get; set; }

    /// <summary>Output tokens.</summary>
    public decimal Output { get; set; }

    /// <summary>The same, as the price table wants it.</summary>
    public ModelPrice ToPrice() => new()
    {
        Model = Model,
        From = From.ToUniversalTime(),
        InputPerMillion = Input,
        CachedInputPerMillion = CachedInput,
        CacheWritePerMillion = CacheWrite,
        OutputPerMillion = Output,
    };
}

/// <summary>An external tracker that is told of every change of an MC task.</summary>
public sealed class TaskFollowerOptions
{
    /// <summary>Where the tracker listens, an http or https address; nobody is told where it is not given.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>What the events are signed with, at least 16 characters.</summary>
    public string? WebhookSecret { get; set; }
}

/// <summary>How the store behaves.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// Whether other hosts write to the same store, so that reads look for what they wrote first. By default true in Azure
    /// (where <c>WEBSITE_INSTANCE_ID</c> is set) and false elsewhere.
    /// </summary>
    public bool? SharedByHosts { get; set; }

    /// <summary>How long a call waits for the storage before it is answered with 503; 1 s to 1 min.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How much of the newest transcripts and bodies is kept in memory, in MiB; 1 to 4096.</summary>
    public int CacheMegabytes { get; set; } = 64;
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
