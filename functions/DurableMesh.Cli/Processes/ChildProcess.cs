using System.Diagnostics;

namespace DurableMesh.Cli.Processes;

/// <summary>How a child process ended and what it said.</summary>
/// <param name="ExitCode">Its exit code; null when it was killed because its time was over.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ChildResult(int? ExitCode, string Output, string Error);

/// <summary>Runs a program to its end; never leaves it, or anything it started, behind.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a program and gathers what it prints.</summary>
    /// <param name="start">What to run; its streams are redirected.</param>
    /// <param name="limit">How long it may take; null for as long as it likes.</param>
    /// <param name="cancellation">Kills it.</param>
    public static async Task<ChildResult> RunAsync(ProcessStartInfo start, TimeSpan? limit, CancellationToken cancellation)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (limit is { } time)
        {
            patience.CancelAfter(time);
        }

        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new ChildResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Kill(process);
            return new ChildResult(null, await output, await error);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Kills a process and all that it started; does nothing when it has ended.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
