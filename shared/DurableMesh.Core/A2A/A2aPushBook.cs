using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Core.A2A;

/// <summary>Who is told by push notification how which task goes on: a fold of the changes.</summary>
public sealed class A2aPushBook : IFolded<A2aPushBook, A2aPushChange>
{
    /// <summary>How many there may be.</summary>
    public const int Most = 1000;

    /// <summary>How many a task may have.</summary>
    public const int MostPerTask = 5;

    private readonly ImmutableDictionary<(string Task, string Id), A2aPush> _pushes;

    private A2aPushBook(ImmutableDictionary<(string Task, string Id), A2aPush> pushes) => _pushes = pushes;

    /// <inheritdoc/>
    public static A2aPushBook Empty { get; } = new(ImmutableDictionary<(string Task, string Id), A2aPush>.Empty);

    /// <summary>All of them.</summary>
    public IEnumerable<A2aPush> All => _pushes.Values;

    /// <summary>Those of a task, by id.</summary>
    /// <param name="taskId">The task.</param>
    public IReadOnlyList<A2aPush> Of(string taskId) =>
        [.. All.Where(one => one.TaskId == taskId).OrderBy(one => one.Id, StringComparer.Ordinal)];

    /// <summary>One of them; null where there is none.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="id">Its id.</param>
    public A2aPush? Find(string taskId, string id) => _pushes.GetValueOrDefault((taskId, id));

    /// <inheritdoc/>
    public ChangeResult<A2aPushBook> Apply(A2aPushChange change, DateTimeOffset at, string by) => change switch
    {
        A2aPushAdded { Push: var push } when !_pushes.ContainsKey((push.TaskId, push.Id)) && IsFull(push.TaskId) => new(
            this,
            new ChangeRefusal(
                RefusalKind.Conflict,
                "too_many_pushes",
                $"A task may have {MostPerTask} push notification configurations, and all tasks {Most}. Delete one first.")),
        A2aPushAdded { Push: var push } => new(new A2aPushBook(
            _pushes.SetItem((push.TaskId, push.Id), push with { CreatedAt = at, Owner = by }))),
        A2aPushRemoved removed => new(new A2aPushBook(_pushes.Remove((removed.TaskId, removed.Id)))),
        _ => new(this, new ChangeRefusal(
            RefusalKind.Conflict, "unknown_change", $"{change.GetType().Name} is no change of push notifications.")),
    };

    private bool IsFull(string taskId) => _pushes.Count >= Most || All.Count(one => one.TaskId == taskId) >= MostPerTask;
}

/// <summary>Somebody who is told how a task goes on.</summary>
public sealed record A2aPush
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Names it among the task's.</summary>
    public required string Id { get; init; }

    /// <summary>Where it listens.</summary>
    public required string Url { get; init; }

    /// <summary>What comes back in a header.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary>The scheme of the header <c>Authorization</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scheme { get; init; }

    /// <summary>What follows it; in the log, and nowhere else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Credentials { get; init; }

    /// <summary>Where the mesh is reached, for the addresses in what is told.</summary>
    public required string Address { get; init; }

    /// <summary>The position of the events from which on it is told.</summary>
    public required string From { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who added it.</summary>
    public string Owner { get; init; } = "";

    /// <summary>What it is called among the sinks of events: another one for each change of it.</summary>
    [JsonIgnore]
    public string Sink => $"a2a-{ContentHash.Of(this)[..24]}";

    /// <summary>As A2A shows it: without what only the receiver may know.</summary>
    public A2aPushConfig Show() => new()
    {
        Id = Id,
        TaskId = TaskId,
        Url = Url,
        Authentication = Scheme is null ? null : new A2aAuthentication { Scheme = Scheme },
    };

    /// <summary>Its id, so that no log has the secrets.</summary>
    public override string ToString() => Id;
}

/// <summary>What changes them: a line of their log.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(A2aPushAdded), "added")]
[JsonDerivedType(typeof(A2aPushRemoved), "removed")]
public abstract record A2aPushChange;

/// <summary>Somebody is to be told; what had its id is replaced.</summary>
/// <param name="Push">Who.</param>
public sealed record A2aPushAdded(A2aPush Push) : A2aPushChange;

/// <summary>Somebody is to be told no more.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Id">Its id.</param>
public sealed record A2aPushRemoved(string TaskId, string Id) : A2aPushChange;
