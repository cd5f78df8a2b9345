namespace DurableMesh.LocalHost.Functions;

/// <summary>A process that ends because the app cannot start says why in a sentence and not in a stack trace.</summary>
internal static class LastWords
{
    private static int _enabled;

    public static void Enable()
    {
        if (Interlocked.Exchange(ref _enabled, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += Say;
        }
    }

    private static void Say(object sender, UnhandledExceptionEventArgs failure)
    {
        if (failure.ExceptionObject is FunctionAppException error)
        {
            Console.Error.WriteLine(error.Message);
            Environment.Exit(1);
        }
    }
}
