using System.Reflection;

using DurableMesh.TaskHub;

using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>A process that ends because the app cannot run says why in a sentence and not in a stack trace.</summary>
internal static class LastWords
{
    private static readonly Assembly[] Ours = [typeof(LastWords).Assembly, typeof(TaskHubOptions).Assembly];

    private static int _enabled;

    public static void Enable()
    {
        if (Interlocked.Exchange(ref _enabled, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += Say;
        }
    }

    /// <summary>
    /// The message of an exception of this assembly or of the engine's, all of which are written for people, or of settings that
    /// a validator refused; null for any other.
    /// </summary>
    public static string? Of(Exception error) => error switch
    {
        OptionsValidationException refused => string.Join(Environment.NewLine, refused.Failures),
        _ when Ours.Contains(error.GetType().Assembly) => error.Message,
        _ => null,
    };

    private static void Say(object sender, UnhandledExceptionEventArgs failure)
    {
        if (failure.ExceptionObject is Exception error && Of(error) is { } words)
        {
            Console.Error.WriteLine(words);
            Environment.Exit(1);
        }
    }
}
