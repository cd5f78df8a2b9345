namespace DurableMesh.Tests.LocalHost.Storage;

/// <summary>Waits for what other processes do.</summary>
internal static class Eventually
{
    /// <summary>Waits until the condition holds; the test's own timeout is the only limit.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }
    }
}
