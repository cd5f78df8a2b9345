namespace DurableMesh.Simulation.Mutants;

/// <summary>
/// The known ways to break the engine. Each must be found; a new mechanism of the engine wants one or two of its own.
/// </summary>
internal static class MutantList
{
    private const string Storage = "Storage/InMemoryHubStorage.cs";
    private const string Log = "Log/CommitLog.cs";
    private const string Unsaved = "Log/UnsavedLog.cs";
    private const string LogReader = "Log/LogRecovery.cs";
    private const string Executor = "Orchestrations/OrchestrationExecutor.cs";
    private const string Commits = "Partitions/CommitPipeline.cs";
    private const string Lease = "Partitions/PartitionLease.cs";
    private const string Episodes = "Partitions/Episodes.cs";
    private const string Tasks = "Partitions/ScheduledTasks.cs";
    private const string Messages = "Partitions/MessageExchange.cs";
    private const string Recovery = "Partitions/PartitionRecovery.cs";
    private const string Checkpoints = "Partitions/Checkpointer.cs";
    private const string Shelf = "Checkpoints/Shelf.cs";
    private const string Retention = "Partitions/Retention.cs";
    private const string Residency = "Partitions/Residency.cs";
    private const string Catalog = "Partitions/InstanceCatalog.cs";
    private const string Mail = "Partitions/Mail.cs";
    private const string Timers = "Partitions/TimerQueue.cs";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Mutant> All =
    [
        new("a client is answered before the commit", Commits, "if (commit <= Committed)", "if (commit <= long.MaxValue)"),
        new("a host that stood still answers from memory", Lease,
            "while (_asked.Age(time) >= Duration)", "while (_asked.Age(time) >= TimeSpan.MaxValue)"),
        new("an activity starts before the commit", Episodes,
            "commits.OnCommitted(() => tasks.Dispatch(instance.Id, executionId, version, e, episode));",
            "tasks.Dispatch(instance.Id, executionId, version, e, episode);"),
        new("a message leaves before the commit", Messages,
            "commits.OnCommitted(() => Forward(destination, number, message));", "Forward(destination, number, message);"),
        new("a message is acknowledged before the commit", Messages,
            "commits.OnCommitted(() => source.PostAcknowledgement(scope.Number, number));",
            "source.PostAcknowledgement(scope.Number, number);"),
        new("the storage ignores the append position", Storage,
            "is not { } found || found.Length != position)", "is not { } found)"),
        new("the storage ignores the lease", Storage,
            "            HeldLease(partition, holder);\n            if (_log.Find(partition, segment) is not { } found || found",
            "            if (_log.Find(partition, segment) is not { } found || found"),
        new("a wrong append position counts as success", Log,
            "await MendAsync(() => ReconcileAsync(block, cancellation));", "await Task.CompletedTask;"),
        new("a lost answer counts as a lost append", Log, "if (actual - _position == block.Length)", "if (actual < 0)"),
        new("what the storage forgot is not looked for at rotation", Log,
            "if (_unsaved.Missing(segments) is [_, ..])", "if (_segment < 0)"),
        new("a segment begins before it is seen that the storage has those before", Log,
            "while (_unsaved.Any && !await IsWholeAsync(stops: null, cancellation));", "while (_segment < 0);"),
        new("segments that the storage has forgotten pass for deleted", Unsaved,
            "long first = Volatile.Read(ref _firstNeeded);",
            "long first = Math.Max(_firstNeeded, segments.Count == 0 ? 0 : segments[0].Number);"),
        new("a host stops without a last look at its log", Commits,
            "IsIdle && (_hasLookedLast || !_log.MayBeForgotten);", "IsIdle;"),
        new("what a recovery has read is not kept", Log, "_unsaved.Add(end.Tail);", ";"),
        new("a torn tail is not cut", LogReader, "LastSegmentLength = valid", "LastSegmentLength = bytes.Length"),
        new("timers are forgotten at recovery", Tasks, "SetTimer(instance.Id, state.ExecutionId, timer);", ";"),
        new("timers of instances on the shelf are forgotten at recovery", Tasks,
            "_timers.Add(new DueTimer(shelved.Id, timer.ExecutionId, timer.TaskId), timer.DueAt);", ";"),
        new("activities are not run again at recovery", Tasks,
            "Dispatch(instance.Id, state.ExecutionId, state.Version, activity, cause: null);", ";"),
        new("messages are not sent again at recovery", Messages, "Forward(sent.Destination, sent.Number, sent.Message);", ";"),
        new("held messages are forgotten at recovery", Messages,
            "            Release(number, message);\n        }", "        }"),
        new("facts that a checkpoint holds are applied again", Recovery,
            "            if (commit > shelved.AsOf)\n", "            if (commit > 0)\n"),
        new("messages that a checkpoint holds are taken in again", Recovery, "if (commit > _mailAsOf)", "if (commit > 0)"),
        new("an instance is captured with half of its commit", Checkpoints,
            "if (instance.LastCommit == commits.Next)", "if (instance.LastCommit < 0)"),
        new("a checkpoint is published though a file of it was lost", Checkpoints,
            "if (run.Existing.Any(file => !shelf.Has(file.Number)))", "if (run.Number < 0)"),
        new("who was begun anew is said to be gone", Shelf,
            "!_instances.ContainsKey(id) && !isBack(id)", "!_instances.ContainsKey(id)"),
        new("a purge is not told to the checkpoint", Catalog, "shelf.Purge(instanceId);", "shelf.Remove(instanceId);"),
        new("what is kept to be written again is let go of by its age", Unsaved,
            "new(storage.SavedUntil, time)", "new(_ => null, time)"),
        new("a checkpoint settles though nobody has seen it saved", Retention,
            "long safe = log.SafeBefore;", "long safe = long.MaxValue;"),
        new("the log is cut at the newest checkpoint, settled or not", Retention,
            "TidyAsync(_published[0].Manifest.TailSegment", "TidyAsync(log.Segment"),
        new("an instance leaves the memory before its checkpoint has settled", Residency,
            "shelved.Newest.File <= settledFile", "shelved.Newest.File > 0"),
        new("an instance leaves the memory though it has changed since", Residency,
            "instance is { IsDirty: false, IsBeingShelved", "instance is { IsBeingShelved"),
        new("a duplicate completion is applied", Episodes, "if (IsStale(instance.State, input))", "if (input is null)"),
        new("a repeated message is applied", Mail, "number > _received.GetValueOrDefault(source)", "number > 0"),
        new("the execution's id is not checked", Messages,
            "|| (message.ExecutionId is { } execution && execution != instance.State.ExecutionId))", ")"),
        new("an ended instance takes in events", Messages, "instance is null || instance.State.IsEnded\n", "instance is null\n"),
        new("events are lost at continue-as-new", Executor,
            "next.PreserveUnprocessedEvents ? _context.UnprocessedEvents : []", "[]"),
        new("a timer rings early", Timers, "dueAt <= now)", "dueAt <= now.AddMilliseconds(50))"),
    ];
}
