using System.Globalization;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;

namespace DurableMesh.Cli.Doctor;

/// <summary>Looks at the programs of this machine.</summary>
/// <param name="newRunner">
/// Makes what runs one of them: a runner ends all that carries its mark, also what else it was running.
/// </param>
internal sealed class MachineDoctor(Func<IProgramRunner> newRunner)
{
    private const int DotnetVersion = 10;
    private const int NodeVersion = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The programs that the mesh itself needs.</summary>
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(HostSettings settings, CancellationToken cancellation)
    {
        var sdk = SdkAsync(cancellation);
        var node = ToolAsync("node", NodeVersion, settings.IsEmulated, cancellation);
        var npm = ToolAsync("npm", least: 0, settings.IsEmulated, cancellation);
        return [await sdk, await node, await npm];
    }

    /// <summary>The coding agents that there are presets for; none has to be there.</summary>
    public async Task<IReadOnlyList<Diagnosis>> ExamineCodingAgentsAsync(CancellationToken cancellation) =>
        await Task.WhenAll(CodingAgents.All.Select(async agent =>
        {
            var version = await VersionAsync(agent.Needs.Program, "--version", cancellation);
            return new Diagnosis(version is null ? Health.Remark : Health.Good, agent.Name, version is null
                ? $"not here; for '--with {agent.Name}': npm install -g {agent.Needs.Package}@{agent.Needs.Measured}"
                : $"{agent.Needs.Program} {version}; 'agent doctor --with {agent.Name}' looks closer");
        }));

    private async Task<Diagnosis> SdkAsync(CancellationToken cancellation)
    {
        var listed = await SayAsync(Processes.BackgroundProcess.Dotnet, "--list-sdks", cancellation) ?? "";
        var newest = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[0])
            .LastOrDefault(version => MajorOf(version) >= DotnetVersion);
        return newest is null
            ? new(Health.Remark, "dotnet", $"no .NET SDK {DotnetVersion} or newer: to build, get it from https://dot.net")
            : new(Health.Good, "dotnet", $".NET SDK {newest}, runtime {Environment.Version}");
    }

    private async Task<Diagnosis> ToolAsync(string name, int least, bool isNeeded, CancellationToken cancellation)
    {
        var version = await VersionAsync(name, "--version", cancellation);
        var missing = isNeeded ? Health.Missing : Health.Remark;
        var advice = $"get Node.js {NodeVersion} or newer from https://nodejs.org, or name a storage in AzureWebJobsStorage";
        return version is null ? new(missing, name, $"not here, and Azurite needs it: {advice}")
            : MajorOf(version) < least ? new(missing, name, $"{version} is too old for Azurite: {advice}")
            : new(Health.Good, name, version);
    }

    private async Task<string?> VersionAsync(string program, string option, CancellationToken cancellation) =>
        (await SayAsync(program, option, cancellation))?
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()?.Trim();

    private async Task<string?> SayAsync(string program, string option, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var end = await newRunner().RunAsync(
                new ProgramStart { FileName = program, Arguments = [option], Folder = Path.GetTempPath() }, limit.Token);
            return end.ExitCode == 0 ? $"{end.Output}\n{end.ErrorTail}".Trim() : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static int MajorOf(string version) => int.TryParse(
        version.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
}
