using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using DurableMesh.Cli;
using DurableMesh.Client;
using DurableMesh.Client.Backups;
using DurableMesh.Functions.Backups;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>A real mesh is backed up while it works, and goes on from the backup in an account that was empty.</summary>
public sealed class BackupTests : IDisposable
{
    private const int OpenThreads = 3;
    private const int SentBefore = 5;
    private const int Workers = 4;

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__partitionCount"] = "4",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-backup-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_folder, "mesh.backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_acknowledged_before_a_backup_under_load_is_there_after_its_restore_and_goes_on()
    {
        await using AzuriteProcess first = await AzuriteFixture.StartAsync(Path.Combine(_folder, "first"));
        await using MeshHost busy = await MeshHost.StartAsync(first.ConnectionString, Cancellation, Settings);
        var sent = new ConcurrentDictionary<string, int>();
        for (int number = 0; number < OpenThreads; number++)
        {
            string open = await busy.StartThreadOfItsOwnAsync($"open-{number}", Cancellation);
            sent[open] = 0;
            await SendAsync(busy, open, sent, 0..SentBefore);
        }

        using var over = new CancellationTokenSource();
        Task[] load = [.. Enumerable.Range(0, Workers).Select(number => WorkAsync(busy, number, sent, over.Token))];
        while (sent.Count < OpenThreads + (2 * Workers))
        {
            await Task.Yield();
        }

        Dictionary<string, int> before = new(sent);
        (int code, string output, string error) = await MeshAsync("", "backup", Backup, "--url", busy.Address, "--json");
        await over.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(code == ExitCode.Done, error);
        Assert.True(sent.Count > before.Count, "Nothing was done meanwhile.");
        Assert.InRange(JsonNode.Parse(output)!["threads"]!.GetValue<int>(), before.Count, sent.Count);
        Assert.Equal([Backup], Directory.EnumerateFiles(_folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        }


        await using AzuriteProcess second = await AzuriteFixture.StartAsync(Path.Combine(_folder, "second"));
        (code, output, error) = await MeshAsync(second.ConnectionString, "restore", Backup);
        Assert.True(code == ExitCode.Done, error);
        Assert.Contains("Restored the mesh of", output, StringComparison.Ordinal);
        await using MeshHost restored = await MeshHost.StartAsync(second.ConnectionString, Cancellation, Settings);
        foreach ((string id, int acknowledged) in before)
        {
            int there = await CountAsync(restored, id);
            Assert.InRange(there, acknowledged, PassingDialogue.Messages.Length);
            await SendAsync(restored, id, sent, there..);
            await PassingDialogue.AssertIsWholeAsync(restored, id, Cancellation);
        }

        string fresh = await restored.StartThreadOfItsOwnAsync("after", Cancellation);
        await SendAsync(restored, fresh, sent, ..);
        await PassingDialogue.AssertIsWholeAsync(restored, fresh, Cancellation);

        (code, _, error) = await MeshAsync(second.ConnectionString, "restore", Backup);
        Assert.Equal(ExitCode.Refused, code);
        Assert.Contains("durablemesh-hub has something in it already", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_leaves_alone_what_a_restore_that_was_broken_off_has_left_and_the_next_one_begins_anew()
    {
        await using AzuriteProcess first = await AzuriteFixture.StartAsync(Path.Combine(_folder, "first"));
        await using MeshHost mesh = await MeshHost.StartAsync(first.ConnectionString, Cancellation);
        string id = await mesh.StartThreadOfItsOwnAsync("one", Cancellation);
        var sent = new ConcurrentDictionary<string, int>();
        await SendAsync(mesh, id, sent, 0..SentBefore);
        (int code, _, string error) = await MeshAsync("", "backup", Backup, "--url", mesh.Address);
        Assert.True(code == ExitCode.Done, error);
        (code, _, error) = await MeshAsync("", "backup", Backup, "--url", mesh.Address);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--force writes over it", error, StringComparison.Ordinal);

        await using AzuriteProcess second = await AzuriteFixture.StartAsync(Path.Combine(_folder, "second"));
        await BreakOffAsync(second.ConnectionString);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => MeshHost.StartAsync(second.ConnectionString, Cancellation));
        Assert.Contains("is not over, or was broken off. Run it again", refused.Message, StringComparison.Ordinal);

        (code, _, error) = await MeshAsync(second.ConnectionString, "restore", Backup);
        Assert.True(code == ExitCode.Done, error);
        await using MeshHost restored = await MeshHost.StartAsync(second.ConnectionString, Cancellation);
        await SendAsync(restored, id, sent, SentBefore..);
        await PassingDialogue.AssertIsWholeAsync(restored, id, Cancellation);
    }

    [Fact]
    public async Task A_file_that_was_cut_is_refused_before_anything_is_written()
    {
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(Path.Combine(_folder, "first"));
        await using MeshHost mesh = await MeshHost.StartAsync(azurite.ConnectionString, Cancellation);
        (int code, _, string error) = await MeshAsync("", "backup", Backup, "--url", mesh.Address);
        Assert.True(code == ExitCode.Done, error);
        Assert.Equal(ExitCode.Done, (await MeshAsync("", "restore", Backup, "--check")).Code);
        using (FileStream file = File.OpenWrite(Backup))
        {
            file.SetLength(file.Length * 3 / 4);
        }

        await using AzuriteProcess empty = await AzuriteFixture.StartAsync(Path.Combine(_folder, "second"));
        foreach (string[] how in (string[][])[["restore", Backup, "--check"], ["restore", Backup]])
        {
            (code, _, error) = await MeshAsync(empty.ConnectionString, how);
            Assert.Equal(ExitCode.Refused, code);
            Assert.Contains("broken off", error, StringComparison.Ordinal);
        }

        BackupContainer store = ContainerOf(empty.ConnectionString, "durablemesh-store", BackupNames.Store);
        await store.EnsureAsync(Cancellation);
        Assert.Empty(await store.ListAsync(folder: null, Cancellation).ToListAsync(Cancellation));
    }

    /// <summary>Restores some blobs, as a process does that is killed then.</summary>
    private async Task BreakOffAsync(string storage)
    {
        var restore = new MeshRestore(
            ContainerOf(storage, "durablemesh-hub", BackupNames.Hub),
            ContainerOf(storage, "durablemesh-store", BackupNames.Store));
        using var stop = new CancellationTokenSource();
        await using FileStream file = File.OpenRead(Backup);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restore.RunAsync(
            file,
            (done, of) =>
            {
                if (done > of / 2)
                {
                    stop.Cancel();
                }
            },
            stop.Token));
    }

    private static BackupContainer ContainerOf(string storage, string name, string prefix) =>
        BackupContainer.Open(new StorageConnection(storage), name, prefix);

    /// <summary>One dialogue after the other, to its end, until it is over.</summary>
    private static async Task WorkAsync(
        MeshHost host, int worker, ConcurrentDictionary<string, int> sent, CancellationToken over)
    {
        for (int number = 0; !over.IsCancellationRequested; number++)
        {
            string id = await host.StartThreadOfItsOwnAsync($"work-{worker}-{number}", Cancellation);
            sent[id] = 0;
            await SendAsync(host, id, sent, ..);
        }
    }

    private static async Task SendAsync(MeshHost host, string id, ConcurrentDictionary<string, int> sent, Range messages)
    {
        (int first, int count) = messages.GetOffsetAndLength(PassingDialogue.Messages.Length);
        for (int step = first; step < first + count; step++)
        {
            JsonNode receipt = await host.SendAsync(id, PassingDialogue.Messages[step], Cancellation);
            Assert.Equal(step + 2, receipt["sequence"]!.GetValue<int>());
            sent[id] = step + 1;
        }
    }

    /// <summary>How many messages a thread has after its brief.</summary>
    private static async Task<int> CountAsync(MeshHost host, string id) =>
        (await host.GetAsync($"/api/threads/{id}/messages?after=1", Cancellation))["messages"]!.AsArray().Count;

    private async Task<(int Code, string Output, string Error)> MeshAsync(string storage, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh-bundle.dll"), .. args])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[MeshVariables.Home] = Path.Combine(_folder, "home");
        start.Environment["AzureWebJobsStorage"] = storage;
        start.Environment.Remove(MeshVariables.Command);
        using Process mesh = Process.Start(start)!;
        Task<string> error = mesh.StandardError.ReadToEndAsync(Cancellation);
        string output = await mesh.StandardOutput.ReadToEndAsync(Cancellation);
        await mesh.WaitForExitAsync(Cancellation);
        return (mesh.ExitCode, output, await error);
    }
}
