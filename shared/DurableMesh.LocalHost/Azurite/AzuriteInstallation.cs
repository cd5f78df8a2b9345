using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>The Azurite that a repository pins in its <c>package.json</c> and <c>package-lock.json</c>.</summary>
/// <param name="root">The folder of the repository's <c>package.json</c>.</param>
internal sealed partial class AzuriteInstallation(string root)
{
    private const string Package = "node_modules/azurite";
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    /// <summary>The folder of the repository's <c>package.json</c>.</summary>
    public string Root => root;

    /// <summary>The repository's folder for what Azurites store; never under version control.</summary>
    public string DataRoot => Path.Combine(Root, ".azurite");

    /// <summary>What runs it.</summary>
    public NodeTools Tools { get; init; } = new();

    /// <summary>
    /// Azurite's entry for blobs alone: started in 0.50 s where the whole (with queues and tables, which a hub needs not) took
    /// 0.54 s, in 110 instead of 121 MB, and with one port that may be taken instead of three.
    /// </summary>
    public string EntryScript => Path.Combine(Root, "node_modules", "azurite", "dist", "src", "blob", "main.js");

    /// <summary>The oldest major version of Node.js that <c>package.json</c> allows.</summary>
    public int MinimumNodeVersion
    {
        get
        {
            using var package = Read("package.json")!;
            return package.RootElement.TryGetProperty("engines", out var engines)
                && engines.TryGetProperty("node", out var range)
                && Digits().Match(range.GetString() ?? "") is { Success: true } major
                    ? int.Parse(major.ValueSpan)
                    : 0;
        }
    }

    /// <summary>
    /// Whether what is installed is what is pinned. npm writes its own lock into <c>node_modules</c> last of all, so that an
    /// installation that was broken off does not count.
    /// </summary>
    public bool IsComplete =>
        File.Exists(EntryScript)
        && VersionIn("package-lock.json") is { } pinned
        && VersionIn("node_modules/.package-lock.json") == pinned;

    /// <summary>Looks for the repository upwards from each of the folders.</summary>
    public static AzuriteInstallation? Find(params IEnumerable<string> folders) =>
        folders
            .SelectMany(Upwards)
            .Select(folder => new AzuriteInstallation(folder.FullName))
            .FirstOrDefault(candidate => candidate.PinsAzurite);

    /// <summary>Installs what is pinned, unless it is there already; only one process does it at a time.</summary>
    /// <exception cref="AzuriteException">Node.js is missing or too old, or <c>npm ci</c> fails.</exception>
    public async Task EnsureAsync(TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        if (IsComplete)
        {
            return;
        }

        using var alone = await FileLock.TakeAsync(
            Path.Combine(DataRoot, "install.lock"), time, () => logger.WaitsForInstallation(Root), cancellation);
        if (IsComplete)
        {
            return;
        }

        var version = await NodeTools.RunAsync(Tools.Node, ["--version"], Root, cancellation);
        RequireNode(version.Output);
        var begin = time.GetTimestamp();
        logger.InstallsAzurite(Root);
        var npm = NodeTools.RunAsync(Tools.Npm, ["ci", "--no-audit", "--no-fund"], Root, cancellation);
        while (await Task.WhenAny(npm, Task.Delay(ProgressInterval, time, cancellation)) != npm)
        {
            cancellation.ThrowIfCancellationRequested();
            logger.StillInstalls((int)time.GetElapsedTime(begin).TotalSeconds);
        }

        var result = await npm;
        if (result.ExitCode != 0 || !IsComplete)
        {
            throw new AzuriteException($"'npm ci' in {Root} failed with exit code {result.ExitCode}:\n{result.Tail(lines: 15)}");
        }

        logger.InstalledAzurite(VersionIn("package-lock.json")!, time.GetElapsedTime(begin).TotalSeconds);
    }

    /// <summary>Checks the output of <c>node --version</c>.</summary>
    /// <exception cref="AzuriteException">It is too old.</exception>
    public void RequireNode(string version)
    {
        if (Digits().Match(version) is not { Success: true } major || int.Parse(major.ValueSpan) < MinimumNodeVersion)
        {
            throw new AzuriteException(
                $"Azurite needs Node.js {MinimumNodeVersion} or newer, but the one on the PATH is {version.Trim()}.");
        }
    }

    private bool PinsAzurite
    {
        get
        {
            using var package = Read("package.json");
            return package is not null
                && package.RootElement.TryGetProperty("dependencies", out var dependencies)
                && dependencies.TryGetProperty("azurite", out _);
        }
    }

    private string? VersionIn(string lockFile)
    {
        using var document = Read(lockFile);
        return document is not null
            && document.RootElement.TryGetProperty("packages", out var packages)
            && packages.TryGetProperty(Package, out var azurite)
            && azurite.TryGetProperty("version", out var version)
                ? version.GetString()
                : null;
    }

    private JsonDocument? Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(Root, file));
            return JsonDocument.Parse(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<DirectoryInfo> Upwards(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            yield return current;
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
