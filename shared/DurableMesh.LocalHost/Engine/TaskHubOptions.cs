using System.ComponentModel.DataAnnotations;

namespace DurableMesh.LocalHost.Engine;

/// <summary>
/// How a task hub runs. Bound to host.json's <c>extensions.durableTask</c>; the names there are Durable Functions' own.
/// </summary>
internal sealed class TaskHubOptions
{
    private const long MiB = 1024 * 1024;

    /// <summary>The hub's name: 3-45 letters and digits, the first a letter (Durable Functions' own rule).</summary>
    [RegularExpression("^[A-Za-z][A-Za-z0-9]{2,44}$", ErrorMessage =
        "host.json extensions.durableTask.hubName must be 3-45 letters and digits and start with a letter.")]
    public string HubName { get; set; } = "durablemesh";

    /// <summary>
    /// Into how many partitions a new hub is split, 1-16; an existing hub keeps its number. One log commits the most turns a
    /// second on one machine, because more work shares each append; more partitions use more cores for the orchestrators.
    /// </summary>
    [Range(1, 16, ErrorMessage = "host.json extensions.durableTask.storageProvider.partitionCount must be from 1 to 16.")]
    public int PartitionCount { get; set; } = 1;

    /// <summary>How many activities may run at once on this host.</summary>
    [Range(1, 100_000, ErrorMessage =
        "host.json extensions.durableTask.maxConcurrentActivityFunctions must be from 1 to 100,000.")]
    public int MaxConcurrentActivities { get; set; } = 512;

    /// <summary>
    /// How long a client call waits for its commit before it fails with <see cref="TaskHubUnavailableException"/>.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long an instance may be idle before its live code is dropped; the next event brings it back by replay. Durable
    /// Functions calls it the idle time of an extended session.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage =
        "host.json extensions.durableTask.extendedSessionIdleTimeoutInSeconds must be from 1 to 86,400.")]
    public TimeSpan LiveIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an instance may be idle before it leaves the memory, once a checkpoint holds it; the next event reads it back.
    /// </summary>
    public TimeSpan ResidentIdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many bytes the instances in memory may take, in each partition and roughly, before idle ones must leave it earlier.
    /// </summary>
    [Range(MiB, 1024L * 1024 * MiB, ErrorMessage =
        "host.json extensions.durableTask.storageProvider.residentMegabytes must be from 1 to 1,048,576.")]
    public long ResidentBytes { get; set; } = 512 * MiB;

    /// <summary>A checkpoint is made when the log has grown by so many bytes since the one before.</summary>
    [Range(1, 1024L * MiB, ErrorMessage =
        "host.json extensions.durableTask.storageProvider.checkpointMegabytes must be from 1 to 1,024.")]
    public long CheckpointBytes { get; set; } = 16 * MiB;

    /// <summary>And, where anything has happened at all, when so much time has passed.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long what nobody waits for (an activity's completion) may stay in memory, to share an append with what comes next.
    /// </summary>
    public TimeSpan CommitLinger { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How many bytes of requests a partition takes in that are not durable yet. Beyond that it refuses, and one instance alone
    /// may have a quarter of it under way.
    /// </summary>
    [Range(MiB, 1024L * MiB, ErrorMessage =
        "host.json extensions.durableTask.storageProvider.pendingMegabytes must be from 1 to 1,024.")]
    public long MaximumPendingBytes { get; set; } = 64 * MiB;

    /// <summary>How large one generation of a history may grow, in bytes, before its instance is failed.</summary>
    public long MaximumHistoryBytes { get; set; } = 64 * MiB;

    /// <summary>
    /// The base address under which this host can be reached, recorded with the lease; null when it serves none.
    /// </summary>
    public string? Address { get; set; }
}
