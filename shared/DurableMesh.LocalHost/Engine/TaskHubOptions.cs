using System.ComponentModel.DataAnnotations;

namespace DurableMesh.LocalHost.Engine;

/// <summary>
/// How a task hub runs. Bound to host.json's <c>extensions.durableTask</c>; the names there are Durable Functions' own.
/// </summary>
internal sealed class TaskHubOptions
{
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
    [Range(1, 100_000, ErrorMessage = "host.json extensions.durableTask.maxConcurrentActivityFunctions must be from 1 to 100,000.")]
    public int MaxConcurrentActivities { get; set; } = 512;

    /// <summary>
    /// How long a client call waits for its commit before it fails with <see cref="TaskHubUnavailableException"/>.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// The base address under which this host can be reached, recorded with the lease; null when it serves none.
    /// </summary>
    public string? Address { get; set; }
}
