using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>Holds a figure against what it must reach, and says so.</summary>
internal static class Target
{
    /// <summary>A figure that must not be greater.</summary>
    public static void AtMost(string what, double measured, double most) => Print(what, measured, "<=", most, measured <= most);

    /// <summary>A figure that must not be smaller.</summary>
    public static void AtLeast(string what, double measured, double least) =>
        Print(what, measured, ">=", least, measured >= least);

    private static void Print(string what, double measured, string relation, double target, bool met) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(met ? "met   " : "MISSED")} {what}: {measured:#,0.##} (target {relation} {target:#,0.##})"));
}
