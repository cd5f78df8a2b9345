using System.IO.Hashing;
using System.Text;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Which partition an instance lives in: the hash of its id decides, for as long as the hub exists. Neither the hash nor the
/// number of partitions may ever change.
/// </summary>
internal static class Routing
{
    /// <summary>The number of the instance's partition, of <paramref name="count"/>.</summary>
    public static int NumberFor(string instanceId, int count) =>
        count == 1 ? 0 : (int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(instanceId)) % (ulong)count);

    /// <summary>The instance's partition.</summary>
    public static Partition For(this IReadOnlyList<Partition> partitions, string instanceId) =>
        partitions[NumberFor(instanceId, partitions.Count)];
}
