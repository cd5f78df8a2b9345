using System.Collections.Immutable;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Tasks;

/// <summary>All MC tasks: a fold of the changes, immutable.</summary>
public sealed record TaskBoard : IFolded<TaskBoard, TaskChange>
{
    private ImmutableList<MissionTask> Tasks { get; init; } = [];

    private ImmutableDictionary<string, int> Places { get; init; } = ImmutableDictionary<string, int>.Empty;

    private ImmutableHashSet<string> Threads { get; init; } = [];

    private ImmutableDictionary<string, Proof> Proofs { get; init; } = ImmutableDictionary<string, Proof>.Empty;

    /// <inheritdoc/>
    public static TaskBoard Empty { get; } = new();

    /// <summary>How many tasks there are.</summary>
    public int Count => Tasks.Count;

    /// <summary>Why nothing can be done with a task that does not exist.</summary>
    /// <param name="id">What it was called.</param>
    public static ChangeRefusal NotFound(string id) =>
        new(RefusalKind.NotFound, "task_not_found", $"There is no task {id}.");

    /// <summary>A task; null where there is none of that id.</summary>
    /// <param name="id">Its id; case matters.</param>
    public MissionTask? Find(string id) => Places.TryGetValue(id, out var place) ? Tasks[place] : null;

    /// <summary>Whether a thread's end is part of its task's history.</summary>
    /// <param name="threadId">The thread.</param>
    public bool Knows(string threadId) => Threads.Contains(threadId);

    /// <summary>A page of tasks, the newest first.</summary>
    /// <param name="filter">Which tasks to show.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="before">The <paramref name="next"/> of the page before; null for the first page.</param>
    /// <param name="next">Where the next page begins; null on the last one.</param>
    public IReadOnlyList<MissionTask> List(Func<MissionTask, bool> filter, int limit, int? before, out int? next)
    {
        var page = new List<MissionTask>();
        var place = Math.Min(before ?? Tasks.Count, Tasks.Count);
        while (place > 0 && page.Count < limit)
        {
            if (Tasks[--place] is var task && filter(task))
            {
                page.Add(task);
            }
        }

        next = Tasks.Take(place).Any(filter) ? place : null;
        return page;
    }

    /// <inheritdoc/>
    public ChangeResult<TaskBoard> Apply(TaskChange change, DateTimeOffset at, string by) => change switch
    {
        TasksSeeded seeded => Seed(seeded, at, by),
        TaskCreated created => Create(created.Task, at, by),
        TaskPatched patched => Patch(patched, at, by),
        TaskThreadEnded ended => new(End(ended, at, by)),
        TaskTold => new(this),
        _ => new(
            this,
            new ChangeRefusal(RefusalKind.Invalid, "unknown_change", $"{change.GetType().Name} is no change of tasks.")),
    };

    private ChangeResult<TaskBoard> Seed(TasksSeeded seeded, DateTimeOffset at, string by) => Count == 0
        ? new(seeded.Tasks.Aggregate(this, (board, task) => board.Create(task, at, by).State))
        : new(this, new ChangeRefusal(RefusalKind.Conflict, "tasks_exist", "There are tasks already."));

    private ChangeResult<TaskBoard> Create(CreateTaskRequest asked, DateTimeOffset at, string by)
    {
        var task = new MissionTask
        {
            Id = asked.Id!,
            Title = asked.Title,
            Owner = asked.Owner,
            State = asked.State,
            Priority = asked.Priority,
            Company = asked.Company,
            CreatedAt = at,
            UpdatedAt = at,
            Version = 1,
            History = [new TaskHistoryEntry { At = at, By = by, To = asked.State }],
        };
        return Find(task.Id) switch
        {
            null => new(Store(task)),
            { Version: 1 } same when IsSame(same with { Owner = AsSaid(same.Owner, task.Owner) }, task) => new(this),
            { } other => new(this, new ChangeRefusal(
                RefusalKind.Conflict,
                "task_exists",
                $"There is a task {task.Id} already: \"{other.Title}\". Change it, or take another id.")),
        };
    }

    private ChangeResult<TaskBoard> Patch(TaskPatched patched, DateTimeOffset at, string by)
    {
        if (Find(patched.Id) is not { } task)
        {
            return new(this, NotFound(patched.Id));
        }

        if (patched.Expected is { } expected && expected != task.Version)
        {
            return new(this, ChangeRefusal.VersionMismatch($"Task {task.Id}", expected, task.Version));
        }

        var patch = patched.Patch;
        string[] evidence = [.. patch.Evidence.Except(task.Evidence)];
        var changed = task with
        {
            Title = patch.Title ?? task.Title,
            Owner = patch.Owner ?? task.Owner,
            Priority = patch.Priority ?? task.Priority,
            Evidence = Newest(task.Evidence, evidence),
        };
        var to = patch.State ?? task.State;
        if (to == task.State && evidence is [] && IsSame(changed, task))
        {
            // Whoever repeats a change because he did not hear of it has what he wants.
            return new(this);
        }

        return Objection(task, changed, to, by, patched, evidence) is { } refusal
            ? new(this, refusal)
            : new(Store(
                Next(changed, new TaskHistoryEntry
                {
                    At = at,
                    By = by,
                    From = task.State,
                    To = to,
                    Why = patch.Why,
                    PreviousOwner = changed.Owner == task.Owner ? null : task.Owner,
                    Evidence = evidence,
                })));
    }

    /// <summary>What the task's rules have against a change.</summary>
    private ChangeRefusal? Objection(
        MissionTask task,
        MissionTask changed,
        MissionTaskState to,
        string by,
        TaskPatched patched,
        IReadOnlyList<string> named) =>
        task.State == MissionTaskState.Done
            ? new(RefusalKind.Conflict, "illegal_transition", $"Task {task.Id} is done, which is final. Create another task.")
        : to != task.State && !TaskTransitions.From(task.State).Contains(to)
            ? new(
                RefusalKind.Conflict,
                "illegal_transition",
                $"Task {task.Id} is {Choices<MissionTaskState>.NameOf(task.State)} and cannot become "
                + $"{Choices<MissionTaskState>.NameOf(to)}; it can become "
                + $"{string.Join(" or ", TaskTransitions.From(task.State).Select(Choices<MissionTaskState>.NameOf))}.")
        : !IsOwner(task, by, patched) && (to == MissionTaskState.Done || (changed.Owner != task.Owner && !MayGive(patched)))
            ? new(
                RefusalKind.Forbidden,
                "not_task_owner",
                $"Task {task.Id} belongs to {task.Owner}, who alone may call it done or give it to another; this came from {by}. "
                + "Where the owner cannot, an operator gives it to another, and says why.")
        : patched.IsChecked && named.FirstOrDefault(one => Proofs.GetValueOrDefault(one)?.TaskId != task.Id) is { } unknown
            ? new(
                RefusalKind.Conflict,
                "evidence_unknown",
                $"'{unknown}' is not the evidence of a thread about task {task.Id} that has ended. Name the path that the "
                + "thread's status gives; say in why what is kept elsewhere.")
        : to == MissionTaskState.Done && !IsShown(task, changed.Evidence, by, patched)
            ? new(
                RefusalKind.Conflict,
                "evidence_missing",
                $"Task {task.Id} has no evidence that it is done: that of a thread about it which passed, or, where a person "
                + "decides, which the gate let in.")
        : null;

    /// <summary>
    /// Whether somebody owns a task. An owner on record from before records said what somebody is means whom the change says; in
    /// a change from before, names are compared.
    /// </summary>
    private static bool IsOwner(MissionTask task, string by, TaskPatched patched) =>
        by == ((Subject.TryParse(task.Owner) ?? patched.OwnerMeant)?.ToString() ?? task.Owner);

    /// <summary>
    /// Whether a task may be called done on its evidence: an agent's word needs a thread that passed, a person's one that was let
    /// in.
    /// </summary>
    private bool IsShown(MissionTask task, IReadOnlyList<string> evidence, string by, TaskPatched patched) => patched.IsChecked
        ? evidence.Any(one => Proofs.GetValueOrDefault(one) is { } proof
            && proof.TaskId == task.Id
            && (proof.Passed || (proof.LetIn && Subject.TryParse(by) is { IsAgent: false })))
        : evidence is not [];

    /// <summary>An owner may be gone; whoever gives its task to another then must be an operator, and say why.</summary>
    private static bool MayGive(TaskPatched patched) => patched is { ByOperator: true, Patch.Why: not null };

    private TaskBoard End(TaskThreadEnded ended, DateTimeOffset at, string by)
    {
        var outcome = ended.Outcome;
        if (Knows(outcome.ThreadId) || Find(outcome.TaskId) is not { } task)
        {
            return this;
        }

        var why = $"{Choices<EndState>.NameOf(outcome.EndState)}, {Choices<EndReason>.NameOf(outcome.Reason)}";
        var entry = new TaskHistoryEntry
        {
            At = at,
            By = by,
            From = task.State,
            To = task.State == MissionTaskState.InProgress && !outcome.Refused ? outcome.Target ?? task.State : task.State,
            Why = outcome.Detail is { Length: > 0 } detail ? $"{why}: {detail}" : $"{why}.",
            ThreadId = outcome.ThreadId,
            Evidence = [outcome.Evidence],
        };
        var changed = task with
        {
            Threads = Newest(task.Threads, outcome.ThreadId),
            Evidence = outcome.EndState == EndState.Pass || outcome.IsFinalized
                ? Newest(task.Evidence, outcome.Evidence)
                : task.Evidence,
        };
        return Store(Next(changed, entry)) with
        {
            Threads = Threads.Add(outcome.ThreadId),
            Proofs = Proofs.SetItem(
                outcome.Evidence, new Proof(task.Id, Passed: outcome.EndState == EndState.Pass, LetIn: !outcome.Refused)),
        };
    }

    private TaskBoard Store(MissionTask task) => Places.TryGetValue(task.Id, out var place)
        ? this with { Tasks = Tasks.SetItem(place, task) }
        : this with { Tasks = Tasks.Add(task), Places = Places.Add(task.Id, Tasks.Count) };

    private static MissionTask Next(MissionTask task, TaskHistoryEntry entry) => task with
    {
        State = entry.To,
        UpdatedAt = entry.At,
        Version = task.Version + 1,
        History = Newest(task.History, entry),
    };

    /// <summary>An owner on record as another text says the same one: with what he is, or without.</summary>
    private static string AsSaid(string recorded, string said) => Subject.TryParse(said)?.Name == recorded ? said : recorded;

    private static bool IsSame(MissionTask left, MissionTask right) =>
        (left.Title, left.Owner, left.State, left.Priority, left.Company)
        == (right.Title, right.Owner, right.State, right.Priority, right.Company);

    private static T[] Newest<T>(IReadOnlyList<T> list, params ReadOnlySpan<T> more) =>
        [.. ((T[])[.. list, .. more]).TakeLast(MissionTask.Shown)];

    /// <summary>What the evidence of a thread that has ended is worth.</summary>
    private sealed record Proof(string TaskId, bool Passed, bool LetIn);
}
