using System.Diagnostics;
using DurableMesh.Cli.Processes;

namespace DurableMesh.Cli.Demo.CodingAgents;

/// <summary>
/// The open-source coding agents that <c>samples/coding-agents</c> pins, installed by npm when they are first used.
/// </summary>
/// <param name="root">The folder of that <c>package.json</c>.</param>
internal sealed class CodingAgentInstallation(string root)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The program of a preset; null where npm does not install it here.</summary>
    public string? ProgramOf(string preset)
    {
        var path = preset switch
        {
            "pi" => Path.Combine(root, "node_modules", ".bin", "pi"),

            // Its own package only looks for this one.
            "opencode" => Path.Combine(root, "node_modules", "opencode-linux-x64", "bin", "opencode"),
            _ => null,
        };
        return File.Exists(path) ? path : null;
    }

    /// <summary>Installs what is pinned, unless it is there already; only one process does it at a time.</summary>
    /// <param name="preset">The preset whose program is wanted.</param>
    /// <param name="say">Hears that it takes a while.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Why it cannot be done; null where it is.</returns>
    public async Task<string?> EnsureAsync(string preset, Action<string> say, CancellationToken cancellation)
    {
        if (IsComplete && ProgramOf(preset) is not null)
        {
            return null;
        }

        await using var alone = await LockAsync(cancellation);
        if (!IsComplete)
        {
            say($"installing the coding agents of {root} with npm: once, about a minute");
            var npm = new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            {
                WorkingDirectory = root,
            };
            try
            {
                var result = await ChildProcess.RunAsync(npm, Limit, cancellation);
                if (result.ExitCode != 0)
                {
                    return $"'npm ci' in {root} failed: {result.Error.Trim().Split('\n')[^1]}";
                }

                File.Copy(Pinned, Installed, overwrite: true);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return "npm is not on the PATH: install Node.js 20 or newer.";
            }
        }

        return ProgramOf(preset) is null ? $"npm has no program of '{preset}' for this machine." : null;
    }

    // What was installed is written down last of all, so an installation that was broken off does not count.
    private bool IsComplete => File.Exists(Installed) && File.ReadAllText(Installed) == File.ReadAllText(Pinned);

    private string Pinned => Path.Combine(root, "package-lock.json");

    private string Installed => Path.Combine(root, "node_modules", ".installed-lock.json");

    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                // Beside node_modules, which npm empties.
                return new FileStream(
                    Path.Combine(root, ".install.lock"),
                    FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (IOException)
            {
                await Task.Delay(LockInterval, cancellation);
            }
        }
    }
}
