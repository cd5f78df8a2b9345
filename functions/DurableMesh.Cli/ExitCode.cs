namespace DurableMesh.Cli;

/// <summary>What a script can tell from how <c>mesh</c> ended.</summary>
internal static class ExitCode
{
    /// <summary>It was done.</summary>
    public const int Done = 0;

    /// <summary>The command line, a file or the input is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The mesh said no: a rejected receipt, a problem, an evidence file that does not hold.</summary>
    public const int Refused = 3;

    /// <summary>Nobody answers, or only that the storage is away.</summary>
    public const int Unreachable = 4;

    /// <summary>Stopped from outside (Ctrl-C), as shells count it.</summary>
    public const int Interrupted = 130;

    /// <summary>All of them, in the words of the help.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> Meanings { get; } =
    [
        (Done, "It was done."),
        (Usage, "The command line, a file or the input is wrong."),
        (Refused, "The mesh said no, or a check did: a rejected message, a problem, evidence that does not hold."),
        (Unreachable, "Nobody answers, or the storage is away: try again later."),
        (Interrupted, "Stopped with Ctrl-C."),
    ];
}

/// <summary>Ends the program with a message for people and an exit code for scripts.</summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ExitCode"/>.</summary>
    public int Code { get; } = exitCode;
}
