using System.Diagnostics;
using DurableMesh.Agents.Processes;

namespace DurableMesh.Cli.Processes;

/// <summary>A program that runs beside this one, and never longer.</summary>
internal sealed class BackgroundProcess : IAsyncDisposable
{
    private const int RememberedLines = 20;

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();

    private BackgroundProcess(Process process, Action<string> onLine)
    {
        _process = process;
        void Hear(object sender, DataReceivedEventArgs said)
        {
            if (said.Data is not { } line)
            {
                return;
            }

            lock (_lastLines)
            {
                _lastLines.Enqueue(line);
                if (_lastLines.Count > RememberedLines)
                {
                    _lastLines.Dequeue();
                }

                onLine(line);
            }
        }

        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program that runs .NET programs: the one that runs this one, where it is no program of its own.</summary>
    public static string Dotnet { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? Environment.ProcessPath!
        : "dotnet";

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code that it has ended with.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Its last lines, for a message about why it failed.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    /// <summary>Starts a .NET program.</summary>
    /// <param name="arguments">The program's dll and its arguments.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="onLine">Gets what it prints, line by line, one at a time.</param>
    public static BackgroundProcess StartDotnet(
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        string folder,
        Action<string> onLine) => Start(Dotnet, arguments, environment, folder, onLine);

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="onLine">Gets what it prints, line by line, one at a time.</param>
    public static BackgroundProcess Start(
        string program,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        string folder,
        Action<string> onLine)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new BackgroundProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start."), onLine);
    }

    /// <summary>Waits for its end.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    /// <summary>Kills it at once, and nothing that it started: a crash.</summary>
    public async Task CrashAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop; kills it, and all that it started, when it does not.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (_process.HasExited)
        {
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            PosixSignal.Send(_process.Id, PosixSignal.Terminate);
            using var limit = new CancellationTokenSource(patience);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
                return;
            }
            catch (OperationCanceledException)
            {
                // It had its time.
            }
        }

        ChildProcess.Kill(_process);
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }
}
