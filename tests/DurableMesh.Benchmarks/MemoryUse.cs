using System.Runtime;

namespace DurableMesh.Benchmarks;

/// <summary>What a process takes up, in bytes.</summary>
/// <param name="Heap">Live objects.</param>
/// <param name="Resident">Pages in memory.</param>
internal sealed record MemoryUse(long Heap, long Resident)
{
    /// <summary>This process after a full, compacting collection that gives back what it can.</summary>
    public static MemoryUse OfThisProcess()
    {
        for (int i = 0; i < 2; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new MemoryUse(GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    /// <summary>KiB of live objects for each of what came in addition to a smaller number of the same.</summary>
    public double HeapEach(MemoryUse smaller, int more) => (Heap - smaller.Heap) / 1024.0 / more;

    /// <summary>The same for resident pages.</summary>
    public double ResidentEach(MemoryUse smaller, int more) => (Resident - smaller.Resident) / 1024.0 / more;
}
