using System.Diagnostics;
using System.Text;

namespace DurableMesh.Cli.Processes;

/// <summary>A command line run by the shell: gets a text on standard input, and is listened to while it runs.</summary>
internal sealed class ShellCommand : IAsyncDisposable
{
    // Enough to see why a command failed; a note to a peer is no log file.
    private const int ErrorTailCharacters = 2_000;

    private readonly Process _process;
    private readonly Task _input;
    private readonly Task _errors;
    private readonly StringBuilder _errorTail = new();

    private ShellCommand(Process process, string input, Action<string> onErrorLine)
    {
        _process = process;
        _input = FeedAsync(input);
        _errors = ListenAsync(onErrorLine);
    }

    /// <summary>The end of what it said on standard error.</summary>
    public string ErrorTail => _errorTail.ToString().Trim();

    /// <summary>Starts a command line.</summary>
    /// <param name="command">As the user's shell understands it.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    /// <param name="input">What it finds on standard input; it need not read it.</param>
    /// <param name="onErrorLine">Gets its standard error, line by line.</param>
    public static ShellCommand Start(
        string command, IEnumerable<KeyValuePair<string, string>> environment, string input, Action<string> onErrorLine)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        if (OperatingSystem.IsWindows())
        {
            start.FileName = "cmd.exe";
            start.Arguments = $"/d /s /c \"{command}\"";
        }
        else
        {
            start.FileName = "/bin/sh";
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(command);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        return new ShellCommand(process, input, onErrorLine);
    }

    /// <summary>Its standard output, line by line as it is printed.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        await _input;
        await _errors.WaitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <summary>Kills it, and all that it started, if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        ChildProcess.Kill(_process);
        await _process.WaitForExitAsync();
        await Task.WhenAll(_input, _errors);
        _process.Dispose();
    }

    private async Task FeedAsync(string input)
    {
        try
        {
            await _process.StandardInput.WriteAsync(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A command that does not read its input is no error.
        }
    }

    private async Task ListenAsync(Action<string> onErrorLine)
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            onErrorLine(line);
            _errorTail.AppendLine(line);
            if (_errorTail.Length > 2 * ErrorTailCharacters)
            {
                _errorTail.Remove(0, _errorTail.Length - ErrorTailCharacters);
            }
        }
    }
}
