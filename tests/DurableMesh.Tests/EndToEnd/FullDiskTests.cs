using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMesh.LocalHost.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// A real host with an Azurite of its own whose disk fills up, and that dies before it could save: on a file system of 20 MiB.
/// </summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("durablemesh-disk-");
    private readonly int _port = MeshHost.FreePort();
    private bool _mounted;
    private MeshHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Disk => Path.Combine(_root.FullName, ".azurite");

    private string Data => Path.Combine(Disk, _port.ToString(CultureInfo.InvariantCulture));

    private string Filler => Path.Combine(Disk, "filler");

    private string StorageWith(string key) =>
        $"DefaultEndpointsProtocol=http;AccountName={AzuriteKey.Account};AccountKey={key};"
        + $"BlobEndpoint=http://127.0.0.1:{_port}/{AzuriteKey.Account}";

    public async ValueTask InitializeAsync()
    {
        var real = AzuriteInstallation.Find(AppContext.BaseDirectory)!;
        await real.EnsureAsync(TimeProvider.System, NullLogger.Instance, Cancellation);
        foreach (string file in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(Path.Combine(real.Root, file), Path.Combine(_root.FullName, file));
        }

        Directory.CreateSymbolicLink(Path.Combine(_root.FullName, "node_modules"), Path.Combine(real.Root, "node_modules"));
        Directory.CreateDirectory(Disk);
        _mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", Disk);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(_host.Output);
            await _host.StopAsync();
            await _host.DisposeAsync();
        }

        if (_mounted)
        {
            Run("umount", Disk);
        }

        _root.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_health_says_that_the_disk_is_full()
    {
        Assert.SkipUnless(_mounted, "Only root may mount a small file system.");
        _host = await MeshHost.StartAsync(StorageWith(AzuriteKey.WellKnown), Cancellation, folder: _root.FullName);
        await MakeDatabaseLargeAsync();
        string id = await _host.StartThreadAsync(Cancellation);
        var acknowledged = new List<string>();
        await SendAsync(id, PassingDialogue.Messages[0], acknowledged);

        // There is room for what is appended, and none for the next save.
        Fill(leave: 256 * 1024);
        await UntilHealthSaysAsync(HttpStatusCode.ServiceUnavailable, "the disk is full");
        long began = Stopwatch.GetTimestamp();
        for (int note = 0; Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20); note++)
        {
            await SendAsync(id, Note(note), acknowledged);
            await UntilHealthSaysAsync(HttpStatusCode.ServiceUnavailable, "the disk is full");
        }

        using (Process azurite = Process.GetProcessById(AzuriteRecord.Read(Data)!.Azurite.ProcessId))
        {
            azurite.Kill();
        }

        File.Delete(Filler);
        await UntilHealthSaysAsync(HttpStatusCode.OK, "");
        foreach (JsonObject message in PassingDialogue.Messages[1..])
        {
            await UntilAcceptedAsync(id, message, acknowledged);
        }

        // What was not acknowledged may have been taken in all the same.
        JsonArray messages = (await _host.GetAsync($"/api/threads/{id}/messages?after=0", Cancellation))["messages"]!.AsArray();
        string[] stored = [.. messages.Skip(1).Select(message => message!["messageId"]!.GetValue<string>())];
        Assert.Equal(acknowledged, stored.Where(acknowledged.Contains));
        Assert.Equal("PASS", (await _host.GetAsync($"/api/threads/{id}", Cancellation))["endState"]!.GetValue<string>());
    }

    private static JsonObject Note(int number) =>
        new() { ["messageId"] = $"n-{number}", ["from"] = MeshHost.Builder, ["kind"] = "note", ["body"] = $"note {number}" };

    private async Task SendAsync(string id, JsonObject message, List<string> acknowledged)
    {
        if (await _host.TrySendAsync(id, message, Cancellation) == HttpStatusCode.OK)
        {
            acknowledged.Add(message["messageId"]!.GetValue<string>());
        }
    }

    private async Task UntilAcceptedAsync(string id, JsonObject message, List<string> acknowledged)
    {
        int before = acknowledged.Count;
        while (acknowledged.Count == before)
        {
            await SendAsync(id, message, acknowledged);
        }
    }

    /// <summary>Many blobs make a database of a megabyte, which Azurite writes as a whole each time.</summary>
    private async Task MakeDatabaseLargeAsync()
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05);
        BlobContainerClient container = new BlobServiceClient(StorageWith(AzuriteKey.Find(Data)!), options)
            .GetBlobContainerClient("ballast");
        await container.CreateIfNotExistsAsync(cancellationToken: Cancellation);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), Cancellation, async (number, stop) =>
            await container.GetBlobClient($"{number}").UploadAsync(BinaryData.FromString("."), overwrite: true, stop));
        var database = new FileInfo(Path.Combine(Data, "__azurite_db_blob__.json"));
        while (!database.Exists || database.Length < 512 * 1024)
        {
            await Task.Delay(100, Cancellation);
            database.Refresh();
        }
    }

    private void Fill(long leave)
    {
        using FileStream file = File.Create(Filler);
        var block = new byte[64 * 1024];
        while (new DriveInfo(Disk).AvailableFreeSpace > leave)
        {
            file.Write(block);
            file.Flush();
        }
    }

    private async Task UntilHealthSaysAsync(HttpStatusCode status, string words)
    {
        while (true)
        {
            using HttpResponseMessage health = await _host.Http.GetAsync(new Uri("/api/health", UriKind.Relative), Cancellation);
            string said = await health.Content.ReadAsStringAsync(Cancellation);
            if (health.StatusCode == status && said.Contains(words, StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(100, Cancellation);
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(command, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
