using System.Runtime.InteropServices;
using System.Text.Json;
using Azure;
using DurableMesh.Client.Backups;
using DurableMesh.LocalHost;

namespace DurableMesh.Functions.Backups;

/// <summary>
/// The app as the program that restores a backup into the storage that it would use, for <c>mesh restore</c>. It prints a
/// <see cref="RestoreReport"/> as a line of JSON now and then, and the last one when it is over.
/// </summary>
internal static class RestoreProgram
{
    /// <summary>The first word of its command line.</summary>
    public const string Word = "restore";

    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(200);

    /// <summary>Restores.</summary>
    /// <param name="file">The backup.</param>
    /// <returns>The exit code: 0, or one of <see cref="RestoreReport"/>.</returns>
    public static async Task<int> RunAsync(string file)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await using var backup = File.OpenRead(file);
            await using var host = await StoppedHost.OpenAsync(typeof(RestoreProgram).Assembly, stopping.Token);
            await RestoreAsync(host, backup, stopping.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Say("The restore was broken off. Run it again: it begins anew.", RestoreReport.Refused);
        }
        catch (Exception refused) when (refused is BackupException or RestoreRefusedException)
        {
            return Say(refused.Message, RestoreReport.Refused);
        }
        catch (Exception away) when (away is RequestFailedException or AggregateException or HttpRequestException)
        {
            return Say($"The storage did not take it: {away.Message.Split('\n')[0].TrimEnd()}", RestoreReport.StorageAway);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Say(unreadable.Message, RestoreReport.Refused);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    private static async Task RestoreAsync(StoppedHost host, Stream backup, CancellationToken cancellation)
    {
        var options = new MeshOptions();
        MeshSettings.Bind(host.Configuration, options);
        var time = TimeProvider.System;
        var said = time.GetTimestamp();
        var restore = new MeshRestore(
            BackupContainer.Open(host.Storage, host.HubContainerName, BackupNames.Hub),
            BackupContainer.Open(host.Storage, options.StoreContainer, BackupNames.Store));
        var manifest = await restore.RunAsync(backup, Report, cancellation);
        Write(new RestoreReport(manifest.Blobs.Count, manifest.Blobs.Count, BackupSummary.Of(manifest)));

        void Report(int done, int blobs)
        {
            if (time.GetElapsedTime(said) >= BetweenReports)
            {
                said = time.GetTimestamp();
                Write(new RestoreReport(done, blobs, null));
            }
        }
    }

    private static void Write(RestoreReport report) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(report, BackupJson.Default.RestoreReport));

    private static int Say(string words, int exitCode)
    {
        Console.Error.WriteLine(words);
        return exitCode;
    }
}
