namespace DurableMesh.Agents.Processes;

/// <summary>A program to run for a message.</summary>
public sealed record ProgramStart
{
    /// <summary>The program, found on the path.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables added to the runner's own; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Its working folder.</summary>
    public required string Folder { get; init; }

    /// <summary>What it finds on standard input, UTF-8; it need not read it.</summary>
    public string Input { get; init; } = "";

    /// <summary>
    /// Gets each line of standard output as it is printed (cut at <see cref="BoundedText.Limit"/>); null for nobody.
    /// </summary>
    public Action<string>? OnOutputLine { get; init; }

    /// <summary>Gets each line of standard error as it is printed; null for nobody.</summary>
    public Action<string>? OnErrorLine { get; init; }
}

/// <summary>How a program ended, and what it said.</summary>
/// <param name="ExitCode">Its exit code; above 128 where a signal ended it.</param>
/// <param name="Output">Its standard output: head and tail where it was more than <see cref="BoundedText.Limit"/>.</param>
/// <param name="ErrorTail">The end of its standard error.</param>
public sealed record ProgramEnd(int ExitCode, string Output, string ErrorTail);

/// <summary>Runs programs, each in a process tree of its own that ends with it.</summary>
public interface IProgramRunner
{
    /// <summary>
    /// Runs a program to its end. When this returns, or throws because of <paramref name="cancellation"/>, no process that it
    /// started is left.
    /// </summary>
    Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation);
}
