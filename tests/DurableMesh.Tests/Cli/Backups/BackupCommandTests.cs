using System.Text;
using DurableMesh.Cli;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client.Backups;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Tests.Cli.Backups;

/// <summary><c>mesh backup</c> leaves a whole file or none.</summary>
public sealed class BackupCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-backup-command-").FullName;
    private int _asked;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_folder, "mesh.backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task One_that_is_broken_off_is_begun_anew()
    {
        byte[] file = await FileAsync();
        await using var mesh = new AnsweringServer(async http =>
        {
            if (_asked++ == 0)
            {
                await http.Response.Body.WriteAsync(file.AsMemory(0, file.Length / 2), Cancellation);
                await http.Response.Body.FlushAsync(Cancellation);
                http.Abort();
                return;
            }

            await http.Response.Body.WriteAsync(file, Cancellation);
        });

        MeshRun run = await RunAsync(mesh);

        Assert.True(run.ExitCode == ExitCode.Done, run.Error);
        Assert.Contains("broken off, and is begun anew", run.Error, StringComparison.Ordinal);
        Assert.Contains("7 threads, 1 blobs, 5 bytes; verified", run.Out, StringComparison.Ordinal);
        Assert.Equal(file, await File.ReadAllBytesAsync(Backup, Cancellation));
        Assert.Equal([Backup], Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task One_that_is_broken_off_each_time_leaves_nothing()
    {
        byte[] file = await FileAsync();
        await using var mesh = new AnsweringServer(async http =>
        {
            _asked++;
            await http.Response.Body.WriteAsync(file.AsMemory(0, file.Length / 2), Cancellation);
        });

        MeshRun run = await RunAsync(mesh);

        Assert.Equal((ExitCode.Unreachable, 3), (run.ExitCode, _asked));
        Assert.Contains("The backup was broken off.", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_mesh_that_is_away_is_no_backup_that_was_broken_off()
    {
        var mesh = new AnsweringServer(_ => Task.CompletedTask);
        string address = mesh.Address;
        await mesh.DisposeAsync();

        MeshRun run = await MeshRun.OfAsync("", ["backup", Backup, "--url", address]);

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.DoesNotContain("broken off", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task What_the_mesh_refuses_is_not_asked_again()
    {
        await using var mesh = new AnsweringServer(async http =>
        {
            _asked++;
            http.Response.StatusCode = StatusCodes.Status409Conflict;
            http.Response.ContentType = "application/problem+json";
            await http.Response.WriteAsync("""{"status":409,"code":"hub_not_here","title":"Not here."}""", Cancellation);
        });

        MeshRun run = await RunAsync(mesh);

        Assert.Equal((ExitCode.Refused, 1), (run.ExitCode, _asked));
        Assert.Contains("hub_not_here", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Whoever_stops_it_finds_nothing_of_it()
    {
        using var stop = new CancellationTokenSource();
        await using var mesh = new AnsweringServer(async http =>
        {
            await http.Response.Body.WriteAsync(new byte[1024], Cancellation);
            await http.Response.Body.FlushAsync(Cancellation);
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, outputIsTerminal: false, errorIsTerminal: false);

        int code = await MeshCommandLine.RunAsync(["backup", Backup, "--url", mesh.Address], terminal, stop.Token);

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_file_that_is_there_is_written_over_by_force_alone()
    {
        byte[] file = await FileAsync();
        await File.WriteAllTextAsync(Backup, "mine", Cancellation);
        await using var mesh = new AnsweringServer(async http => await http.Response.Body.WriteAsync(file, Cancellation));

        Assert.Equal(ExitCode.Usage, (await RunAsync(mesh)).ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(Backup, Cancellation));
        Assert.Equal(ExitCode.Done, (await RunAsync(mesh, "--force")).ExitCode);
        Assert.Equal(file, await File.ReadAllBytesAsync(Backup, Cancellation));
    }

    private Task<MeshRun> RunAsync(AnsweringServer mesh, params string[] more) =>
        MeshRun.OfAsync("", ["backup", Backup, "--url", mesh.Address, .. more]);

    private static async Task<byte[]> FileAsync()
    {
        using var output = new MemoryStream();
        var writer = new BackupWriter(output, DateTimeOffset.UnixEpoch);
        await writer.AddAsync(
            "hub/log", BackupBlobKind.Append, null, new MemoryStream(Encoding.UTF8.GetBytes("facts")), 5, Cancellation);
        await writer.FinishAsync("1.2.3", DateTimeOffset.UnixEpoch, threads: 7, Cancellation);
        return output.ToArray();
    }
}
