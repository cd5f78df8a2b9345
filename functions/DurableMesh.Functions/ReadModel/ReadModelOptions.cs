using System.Security.Cryptography;
using System.Text;
using DurableMesh.Functions.Identity;
using Microsoft.Extensions.Configuration;

namespace DurableMesh.Functions.ReadModel;

/// <summary>The tables that searches are answered from: a cache of the store on this machine's disk.</summary>
public sealed class ReadModelOptions
{
    /// <summary>The environment variable that names the folder of what the mesh keeps on this machine.</summary>
    private const string Home = "MESH_HOME";

    /// <summary>
    /// Where its files are, an absolute path; only their owner can read them. By default <c>read-model</c> in the folder of
    /// <c>MESH_HOME</c>, or in <c>.mesh</c> in the user's own; in Azure in the instance's temporary folder.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>How much room it may take on the disk, in MiB; 16 to 1048576.</summary>
    public int MaxMegabytes { get; set; } = 32_768;

    /// <summary>
    /// How long after a snapshot of it the next one is taken at the earliest; 10 min to 400 days. It is taken where more of the
    /// log came since than a start reads in a moment.
    /// </summary>
    public TimeSpan SnapshotEvery { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// The folder where none is set. What Azure calls the home folder is a share on the network, on which all instances write.
    /// </summary>
    internal static string DefaultFolder(IConfiguration configuration)
    {
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(
            Exposure.IsAzure(configuration) || user.Length == 0 ? Path.Combine(Path.GetTempPath(), "durablemesh")
            : configuration[Home] is { Length: > 0 } home ? Path.GetFullPath(home)
            : Path.Combine(user, ".mesh"),
            "read-model");
    }

    /// <summary>The folder of one store: two stores that take turns on a machine each keep theirs.</summary>
    internal static string FolderOf(string root, Uri account, string container) => Path.Combine(
        root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{account}/{container}")))[..16]);
}
