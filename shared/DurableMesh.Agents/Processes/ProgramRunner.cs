using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace DurableMesh.Agents.Processes;

/// <summary>
/// Runs programs, each in a session of its own, bounded in all that it says, and leaves nothing of them behind.
/// </summary>
/// <param name="mark">The mark that all of the run's processes carry; see <see cref="ProcessTree"/>.</param>
internal sealed class ProgramRunner(string mark) : IProgramRunner
{
    /// <summary>The exit code of a program that could not be started, as shells have it.</summary>
    public const int NotFound = 127;

    private const int ErrorTail = 2_000;
    private static readonly TimeSpan HidersTime = TimeSpan.FromSeconds(1);
    private static readonly string? SetSid = FindOnPath("setsid");

    /// <inheritdoc/>
    public async Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation)
    {
        var output = new BoundedText(BoundedText.Limit / 2, BoundedText.Limit / 2);
        var errors = new BoundedText(0, ErrorTail);
        cancellation.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = Prepare(start) };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            return new ProgramEnd(NotFound, "", $"{start.FileName} cannot be started: {missing.Message}");
        }

        var session = SetSid is null ? 0 : process.Id;
        var input = FeedAsync(process, start.Input);
        var reading = Task.WhenAll(
            ListenAsync(process.StandardOutput, output, start.OnOutputLine),
            ListenAsync(process.StandardError, errors, start.OnErrorLine));
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            // Also after a good end: a child that it left behind would hold its streams, and the runner, for as long as it likes.
            await EndAsync(process, session);

            // A child that hides (another session, an empty environment) may hold the streams still; nobody waits for it.
            await Task.WhenAny(Task.WhenAll(input, reading), Task.Delay(HidersTime, CancellationToken.None));
        }

        return new ProgramEnd(process.ExitCode, Said(output), Said(errors).Trim());
    }

    private ProcessStartInfo Prepare(ProgramStart program)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = new ProcessStartInfo
        {
            FileName = SetSid ?? program.FileName,
            WorkingDirectory = program.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        string[] command = SetSid is null ? [.. program.Arguments] : [program.FileName, .. program.Arguments];
        foreach (var argument in command)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in program.Environment.Append(new(ProcessTree.MarkVariable, mark)))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task EndAsync(Process process, int session)
    {
        await ProcessTree.EndAsync(mark, session);
        if (!OperatingSystem.IsLinux())
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

        await process.WaitForExitAsync(CancellationToken.None);
    }

    private static string Said(BoundedText text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static async Task FeedAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // A program that does not read its input is no error.
        }
    }

    private static async Task ListenAsync(StreamReader stream, BoundedText text, Action<string>? onLine)
    {
        var lines = onLine is null ? null : new LineSplitter(onLine);
        var buffer = new char[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var length)
            {
                lock (text)
                {
                    text.Append(buffer.AsSpan(0, length));
                }

                lines?.Append(buffer.AsSpan(0, length));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // Nobody waits any more: see RunAsync.
        }

        lines?.End();
    }

    private static string? FindOnPath(string program) => OperatingSystem.IsLinux()
        ? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        : null;
}
