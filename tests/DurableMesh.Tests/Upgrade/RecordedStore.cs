using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace DurableMesh.Tests.Upgrade;

/// <summary>What a release had written into its storage account, blob by blob, in a file of the repository.</summary>
/// <param name="Release">The release, which is the file's name.</param>
/// <param name="RecordedAt">When it was written.</param>
/// <param name="Facts">What was done with that mesh: ids of threads, keys.</param>
internal sealed record RecordedStore(string Release, DateTimeOffset RecordedAt, JsonObject Facts)
{
    private const string Facet = "store.json";
    private const string BlobFolder = "blobs/";

    // An append block takes no more.
    private const int BlockBytes = 4 * 1024 * 1024;

    /// <summary>The releases whose stores are there.</summary>
    public static IEnumerable<string> Releases =>
        Directory.EnumerateFiles(Folder(), "*.zip").Select(file => Path.GetFileNameWithoutExtension(file)!);

    /// <summary>Reads what was done with a release's mesh.</summary>
    public static RecordedStore Read(string release)
    {
        using ZipArchive file = ZipFile.OpenRead(FileOf(release));
        using Stream facet = file.GetEntry(Facet)!.Open();
        JsonObject read = JsonNode.Parse(facet)!.AsObject();
        return new RecordedStore(release, read["recordedAt"]!.GetValue<DateTimeOffset>(), read["facts"]!.AsObject());
    }

    /// <summary>Writes what lies in a storage account to the release's file.</summary>
    public async Task WriteAsync(string connection, CancellationToken cancellation)
    {
        await using FileStream stream = File.Create(FileOf(Release));
        await using var file = new ZipArchive(stream, ZipArchiveMode.Create);
        var blobs = new JsonArray();
        var service = new BlobServiceClient(connection);
        await foreach (BlobContainerItem container in service.GetBlobContainersAsync(cancellationToken: cancellation))
        {
            BlobContainerClient client = service.GetBlobContainerClient(container.Name);
            await foreach (BlobItem blob in client.GetBlobsAsync(new GetBlobsOptions(), cancellation))
            {
                BlobDownloadResult content = await client.GetBlobClient(blob.Name).DownloadContentAsync(cancellation);
                await AddAsync(file, $"{BlobFolder}{container.Name}/{blob.Name}", content.Content.ToArray(), cancellation);
                blobs.Add(new JsonObject
                {
                    ["container"] = container.Name,
                    ["name"] = blob.Name,
                    ["appends"] = blob.Properties.BlobType == BlobType.Append,
                });
            }
        }

        var facet = new JsonObject { ["recordedAt"] = RecordedAt, ["facts"] = Facts.DeepClone(), ["blobs"] = blobs };
        await AddAsync(file, Facet, JsonSerializer.SerializeToUtf8Bytes(facet), cancellation);
    }

    /// <summary>Puts all of it into an empty storage account.</summary>
    public async Task RestoreAsync(string connection, CancellationToken cancellation)
    {
        using ZipArchive file = ZipFile.OpenRead(FileOf(Release));
        await using Stream facet = file.GetEntry(Facet)!.Open();
        var service = new BlobServiceClient(connection);
        foreach (JsonNode? blob in JsonNode.Parse(facet)!["blobs"]!.AsArray())
        {
            (string name, string into) = (blob!["name"]!.GetValue<string>(), blob["container"]!.GetValue<string>());
            await using Stream entry = file.GetEntry($"{BlobFolder}{into}/{name}")!.Open();
            using var content = new MemoryStream();
            await entry.CopyToAsync(content, cancellation);
            content.Position = 0;
            BlobContainerClient container = service.GetBlobContainerClient(into);
            await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
            if (!blob["appends"]!.GetValue<bool>())
            {
                await container.GetBlobClient(name).UploadAsync(content, cancellation);
                continue;
            }

            AppendBlobClient log = container.GetAppendBlobClient(name);
            await log.CreateAsync(cancellationToken: cancellation);
            foreach (byte[] block in content.ToArray().Chunk(BlockBytes))
            {
                await log.AppendBlockAsync(new MemoryStream(block), cancellationToken: cancellation);
            }
        }
    }

    private static async Task AddAsync(ZipArchive file, string name, byte[] content, CancellationToken cancellation)
    {
        await using Stream entry = file.CreateEntry(name, CompressionLevel.SmallestSize).Open();
        await entry.WriteAsync(content, cancellation);
    }

    private static string FileOf(string release) => Path.Combine(Folder(), $"{release}.zip");

    private static string Folder([CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "Recorded");
}
