using System.ComponentModel;
using System.Diagnostics;

namespace DurableMesh.Cli.Processes;

/// <summary>How a child process ended and what it said.</summary>
/// <param name="ExitCode">Its exit code; null when it was killed because it had used up its time.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ChildResult(int? ExitCode, string Output, string Error);

/// <summary>Runs a program to its end; never leaves it, or anything it started, behind.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs a program and gathers what it prints.</summary>
    /// <param name="start">What to run; its streams are redirected.</param>
    /// <param name="processorLimit">
    /// How much processor time it may use. No time on the wall: on a busy machine a program that does no wrong may take long.
    /// </param>
    /// <param name="cancellation">Kills it.</param>
    /// <param name="input">What it finds on its standard input; null for nothing.</param>
    public static async Task<ChildResult> RunAsync(
        ProcessStartInfo start, TimeSpan processorLimit, CancellationToken cancellation, string? input = null)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        try
        {
            await WriteAsync(process, input);
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var ended = await EndsWithinAsync(process, processorLimit, cancellation);
            if (!ended)
            {
                Kill(process);
            }

            return new ChildResult(ended ? process.ExitCode : null, await output, await error);
        }
        finally
        {
            Kill(process);
        }
    }

    private static async Task WriteAsync(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading it.
        }
    }

    private static async Task<bool> EndsWithinAsync(Process process, TimeSpan processorLimit, CancellationToken cancellation)
    {
        var end = process.WaitForExitAsync(cancellation);
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, Task.Delay(BetweenLooks, cancellation));
            if (!end.IsCompleted && HasUsed(process, processorLimit))
            {
                return false;
            }
        }

        await end;
        return true;
    }

    private static bool HasUsed(Process process, TimeSpan processorLimit)
    {
        try
        {
            process.Refresh();
            return process.TotalProcessorTime > processorLimit;
        }
        catch (Exception ended) when (ended is InvalidOperationException or Win32Exception)
        {
            // It ended in between; where the system was asked about a process that is just gone, it is the latter.
            return false;
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
