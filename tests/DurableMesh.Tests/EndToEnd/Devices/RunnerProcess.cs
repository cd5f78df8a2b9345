using System.Collections.Concurrent;
using System.Diagnostics;

namespace DurableMesh.Tests.EndToEnd.Devices;

/// <summary><c>mesh agent run</c> in a process of its own.</summary>
internal sealed class RunnerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private RunnerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Whether it has ended, which it should not by itself.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it here, or on another device.</summary>
    /// <param name="device">The device; null for this machine.</param>
    /// <param name="home">Its <c>MESH_HOME</c>, and where it works.</param>
    /// <param name="environment">More of its environment.</param>
    /// <param name="arguments">What follows on <c>mesh agent run</c>.</param>
    public static RunnerProcess Start(
        Device? device, string home, Dictionary<string, string> environment, params string[] arguments)
    {
        // With the libraries of the tests, beside which it lies here.
        string Tests(string kind) => Path.Combine(AppContext.BaseDirectory, $"DurableMesh.Tests.{kind}.json");
        string[] mesh =
        [
            "exec", "--runtimeconfig", Tests("runtimeconfig"), "--depsfile", Tests("deps"),
            Path.Combine(AppContext.BaseDirectory, "mesh.dll"), "agent", "run", .. arguments,
        ];
        ProcessStartInfo start = device?.Start("dotnet", mesh) ?? new ProcessStartInfo("dotnet", mesh);
        start.WorkingDirectory = Directory.CreateDirectory(home).FullName;
        start.Environment["MESH_HOME"] = home;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunnerProcess(start);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(Said);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _said.Enqueue(text);
        }
    }
}
