using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using DurableMesh.Agents.Presets;
using DurableMesh.Cli.Host;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Doctor;

/// <summary>Looks at what a host that is started here finds: its folders, files and storage.</summary>
/// <param name="host">The host; null where this program was installed alone.</param>
/// <param name="settings">The host's settings.</param>
/// <param name="home">The folder that this program keeps its files in.</param>
/// <param name="mesh">How the user calls this program.</param>
internal sealed class InstallationDoctor(HostProgram? host, HostSettings settings, string home, string mesh)
{
    private const long Mebibyte = 1024 * 1024;
    private const long TooLittle = 256 * Mebibyte;
    private const long Little = 2048 * Mebibyte;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Looks at all of it.</summary>
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(CancellationToken cancellation)
    {
        List<Diagnosis> found = [Rights(home), Disk(home)];
        if (host is null)
        {
            found.Add(new(Health.Remark, "clone", "none: 'up' and 'demo' need a clone of the repository; the rest works"));
            return found;
        }

        var data = Path.Combine(host.Root, ".azurite");
        if (settings.IsEmulated)
        {
            found.Add(Rights(data));
            found.Add(Azurite());
        }

        found.Add(settings.Mistake is { } mistake
            ? new(Health.Missing, "settings", mistake)
            : new(Health.Good, "settings", "the environment and local.settings.json can be read"));
        found.Add(await StorageAsync(cancellation));
        found.Add(Read("policy", "Mesh__PolicyFile", "policy.json", bytes => PolicyReader.Read(bytes).Errors));
        found.Add(Read("organisation", "Mesh__SeedFile", "organisation.json", bytes => OrganisationReader.Read(bytes).Errors));
        return found;
    }

    private static Diagnosis Rights(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return new(Health.Good, "folder", $"{folder} is made when it is needed");
        }

        try
        {
            var probe = Path.Combine(folder, $".mesh-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return new(Health.Missing, "folder", $"{folder} cannot be written to ({denied.Message}): make it yours");
        }

        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & Others) != 0
            ? new(Health.Remark, "folder", $"{folder} is open to other users of this machine: chmod 700 {folder}")
            : new(Health.Good, "folder", $"{folder} is writable, and yours alone");
    }

    private static Diagnosis Disk(string folder)
    {
        var there = new DirectoryInfo(folder);
        while (!there.Exists && there.Parent is { } parent)
        {
            there = parent;
        }

        var free = new DriveInfo(there.FullName).AvailableFreeSpace;
        var words = string.Create(CultureInfo.InvariantCulture, $"{free / Mebibyte:N0} MiB free at {there.FullName}");
        return free < TooLittle ? new(Health.Missing, "disk", $"{words}: a full disk stops the mesh; free some")
            : free < Little ? new(Health.Remark, "disk", $"{words}, which is little")
            : new(Health.Good, "disk", words);
    }

    private Diagnosis Azurite()
    {
        var installed = Path.Combine(host!.Root, "node_modules", "azurite", "package.json");
        return File.Exists(installed)
            ? new(Health.Good, "azurite", $"{JsonNode.Parse(File.ReadAllBytes(installed))?["version"]} is installed")
            : new(Health.Remark, "azurite", $"not installed yet: '{mesh} up' does it, once");
    }

    private async Task<Diagnosis> StorageAsync(CancellationToken cancellation)
    {
        if (settings.Storage is not { } at)
        {
            return new(Health.Missing, "storage", "AzureWebJobsStorage is no connection string of a storage account");
        }

        try
        {
            using var answer = await Http.GetAsync(at, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var server = answer.Headers.Server.ToString();
            return settings.IsEmulated && !server.StartsWith("Azurite", StringComparison.OrdinalIgnoreCase)
                ? new(Health.Missing, "storage", $"port {at.Port} is taken by something that is no Azurite: free it, or name " +
                    "another BlobEndpoint in AzureWebJobsStorage")
                : new(Health.Good, "storage", $"{at.GetLeftPart(UriPartial.Authority)} answers");
        }
        catch (HttpRequestException refused) when (settings.IsEmulated && refused.InnerException is SocketException
        { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return new(Health.Good, "storage", $"port {at.Port} is free for the Azurite that '{mesh} up' starts");
        }
        catch (Exception away) when (away is HttpRequestException
            || (away is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new(
                Health.Missing,
                "storage",
                $"{at.GetLeftPart(UriPartial.Authority)} does not answer ({away.Message}): look at AzureWebJobsStorage");
        }
    }

    private Diagnosis Read(string subject, string setting, string usual, Func<byte[], IReadOnlyList<InputError>> mistakesIn)
    {
        var named = settings[setting] ?? usual;
        var file = Path.Combine(host!.AppFolder, named);
        try
        {
            var mistakes = mistakesIn(File.ReadAllBytes(file));
            return mistakes.Count == 0
                ? new(Health.Good, subject, $"{Path.GetRelativePath(host.AppFolder, file)} is right")
                : new(Health.Missing, subject, $"{file} has mistakes, mend them: " +
                    string.Join("; ", mistakes.Select(mistake => $"{mistake.Path}: {mistake.Message}")));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new(Health.Missing, subject, $"{file} cannot be read ({failure.Message}): look at {setting}");
        }
    }
}
