using System.Reflection;

using DurableMesh.TaskHub;

using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>A process that ends because the app cannot run says why in a sentence and not in a stack trace.</summary>
internal static class LastWords
{
    private static readonly Assembly[] Ours = [typeof(LastWords).Assembly, typeof(TaskHubOptions).Assembly];

    private static int _enabled;

    /// <summary>From now on an exception that nobody handles is said in words.</summary>
    /// <param name="others">The words for exceptions that <see cref="Of"/> has none for.</param>
    public static void Enable(Func<Exception, string?>? others = null)
    {
        if (Interlocked.Exchange(ref _enabled, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += (_, failure) => Say(failure.ExceptionObject, others);
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

    private static void Say(object failure, Func<Exception, string?>? others)
    {
        if (failure is Exception error && (Of(error) ?? others?.Invoke(error)) is { } words)
        {
            Console.Error.WriteLine(words);
            Environment.Exit(1);
        }
    }
}
