using System.Globalization;
using System.Runtime.InteropServices;

namespace DurableMesh.Benchmarks;

/// <summary>Says on what machine a figure was measured.</summary>
internal static class BenchmarkMachine
{
    /// <summary>Cores, memory, processor, runtime.</summary>
    public static string Describe()
    {
        double gib = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024.0 / 1024 / 1024;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {gib:N0} GiB, {Processor()}, {RuntimeInformation.FrameworkDescription}, "
            + $"{RuntimeInformation.OSDescription}");
    }

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 2)..] ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
