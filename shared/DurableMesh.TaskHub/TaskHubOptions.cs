using System.ComponentModel.DataAnnotations;
using Azure.Core;
using Azure.Storage;

namespace DurableMesh.TaskHub;

/// <summary>Where a task hub is stored and how it runs.</summary>
/// <remarks>
/// It is stored in the account that <see cref="ConnectionString"/> or <see cref="BlobServiceUri"/> names, or in
/// <see cref="Memory"/>. LocalHost binds the rest to host.json's <c>extensions.durableTask</c>.
/// </remarks>
public sealed class TaskHubOptions
{
    private const long MiB = 1024 * 1024;

    /// <summary>The hub's name: 3-45 letters and digits, the first a letter (Durable Functions' own rule).</summary>
    [RegularExpression("^[A-Za-z][A-Za-z0-9]{2,44}$", ErrorMessage = "must be 3-45 letters and digits and start with a letter")]
    public string HubName { get; set; } = "durablemesh";

    /// <summary>
    /// Into how many partitions a new hub is split, 1-16; an existing hub keeps its number. One log commits the most turns a
    /// second on one machine, because more work shares each append; more partitions use more cores for the orchestrators.
    /// </summary>
    [Range(1, 16, ErrorMessage = "must be from 1 to 16")]
    public int PartitionCount { get; set; } = 1;

    /// <summary>How many activities may run at once on this host.</summary>
    [Range(1, 100_000, ErrorMessage = "must be from 1 to 100,000")]
    public int MaxConcurrentActivities { get; set; } = 512;

    /// <summary>
    /// How long a client call waits for its commit before it fails with <see cref="TaskHubUnavailableException"/>.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long an instance may be idle before its live code is dropped; the next event brings it back by replay. Durable
    /// Functions calls it the idle time of an extended session.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "must be from 1 to 86,400 seconds")]
    public TimeSpan LiveIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an instance may be idle before it leaves the memory, once a checkpoint holds it; the next event reads it back.
    /// </summary>
    public TimeSpan ResidentIdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How many bytes the instances in memory may take, in each partition and roughly, before idle ones must leave it earlier.
    /// </summary>
    [Range(MiB, 1024L * 1024 * MiB, ErrorMessage = "must be from 1 to 1,048,576 MiB")]
    public long ResidentBytes { get; set; } = 512 * MiB;

    /// <summary>A checkpoint is made when the log has grown by so many bytes since the one before.</summary>
    [Range(1, 1024L * MiB, ErrorMessage = "must be from 1 to 1,024 MiB")]
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
    [Range(MiB, 1024L * MiB, ErrorMessage = "must be from 1 to 1,024 MiB")]
    public long MaximumPendingBytes { get; set; } = 64 * MiB;

    /// <summary>How large one generation of a history may grow, in bytes, before its instance is failed.</summary>
    public long MaximumHistoryBytes { get; set; } = 64 * MiB;

    /// <summary>
    /// The storage account's connection string; <c>UseDevelopmentStorage=true</c> is an Azurite on this machine.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's blob service, <c>https://NAME.blob.core.windows.net</c>, with a <see cref="Credential"/>.</summary>
    public Uri? BlobServiceUri { get; set; }

    /// <summary>
    /// Who asks at <see cref="BlobServiceUri"/>: an identity that may read and write the account's blobs (the role Storage
    /// Blob Data Contributor).
    /// </summary>
    public TokenCredential? Credential { get; set; }

    /// <summary>The account's key, beside <see cref="BlobServiceUri"/>, where it is not known from the start.</summary>
    internal StorageSharedKeyCredential? AccountKey { get; set; }

    /// <summary>Keeps the hub in this process's memory: for tests.</summary>
    public TaskHubMemory? Memory { get; set; }

    /// <summary>
    /// The base address under which this host can be reached, recorded with the lease; null when it serves none.
    /// </summary>
    public string? Address { get; set; }
}
