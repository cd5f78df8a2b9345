using DurableMesh.Agents.Processes;

namespace DurableMesh.Tests.Agents.Presets;

/// <summary>Programs that say what a test has prepared, one run after the other; git is the real one.</summary>
internal sealed class FakePrograms(params (int ExitCode, string Output, string Error)[] runs) : IProgramRunner
{
    private readonly ProgramRunner _real = new($"test-{Guid.NewGuid():N}");

    public List<ProgramStart> Started { get; } = [];

    public Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation)
    {
        if (start.FileName == "git")
        {
            return _real.RunAsync(start, cancellation);
        }

        Started.Add(start);
        var (exitCode, output, error) = runs[Started.Count - 1];
        foreach (var line in output.Split('\n'))
        {
            start.OnOutputLine?.Invoke(line);
        }

        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(new ProgramEnd(exitCode, output, error));
    }
}
