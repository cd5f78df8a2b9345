namespace DurableMesh.Benchmarks;

/// <summary>Says on stderr what a long benchmark is at.</summary>
internal static class Progress
{
    /// <summary>Says one thing.</summary>
    public static void Say(string what) => Console.Error.WriteLine($"[{TimeProvider.System.GetLocalNow():HH:mm:ss}] {what}");
}
