using Azure.Storage.Blobs;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.Functions.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.LocalHost.Azurite;

/// <summary>Which account key an Azurite takes, and who may read it.</summary>
public sealed class AzuriteAccountKeyTests : EmbeddedAzuriteScene
{
    [Fact]
    public async Task Its_account_key_is_its_own_in_a_file_of_its_owner_alone_and_on_no_command_line()
    {
        await InstalledAsync();
        string key;
        var storage = Development();
        await using (var host = Host(storage))
        {
            await host.ReadyAsync(Cancellation);
            key = await File.ReadAllTextAsync(KeyFile, Cancellation);

            Assert.Equal(64, Convert.FromBase64String(key).Length);
            Assert.False(await AzuriteProbe.TakesAsync(Endpoint, AzuriteKey.WellKnown, Cancellation));
            Assert.True(await AzuriteProbe.TakesAsync(Endpoint, key, Cancellation));
            await storage.OpenContainer("by-the-host", new(BlobClientOptions.ServiceVersion.V2025_11_05))
                .CreateAsync(cancellationToken: Cancellation);
            if (OperatingSystem.IsLinux())
            {
                var commandLine = await File.ReadAllTextAsync($"/proc/{host.Azurite!.Identity.ProcessId}/cmdline", Cancellation);
                Assert.DoesNotContain(key, commandLine, StringComparison.Ordinal);
            }

            AllIsItsOwners();
        }

        await using var next = Host();
        await next.ReadyAsync(Cancellation);
        Assert.Equal(key, next.Azurite!.AccountKey);
    }

    [Fact]
    public async Task A_folder_of_before_goes_on_to_work_and_becomes_its_owners_alone()
    {
        await InstalledAsync();
        await using (var before = await AzuriteProcess.LaunchAsync(
            Installation, Endpoint, Path.GetDirectoryName(PidFile)!, AzuriteKey.WellKnown,
            TimeProvider.System, NullLogger.Instance, Cancellation))
        {
            await before.WaitUntilItAnswersAsync(Cancellation);
            await new BlobServiceClient(before.ConnectionString, new(BlobClientOptions.ServiceVersion.V2025_11_05))
                .GetBlobContainerClient("kept").CreateAsync(cancellationToken: Cancellation);
        }

        if (!OperatingSystem.IsWindows())
        {
            foreach (var entry in DataFolder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(DataFolder))
            {
                entry.UnixFileMode |= UnixFileMode.GroupRead | UnixFileMode.OtherRead
                    | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            }
        }

        var storage = Development();
        await using var next = Host(storage);
        await next.ReadyAsync(Cancellation);

        Assert.NotEqual(AzuriteKey.WellKnown, next.Azurite!.AccountKey);
        Assert.True(
            await storage.OpenContainer("kept", new(BlobClientOptions.ServiceVersion.V2025_11_05)).ExistsAsync(Cancellation));
        AllIsItsOwners();
    }

    [Fact]
    public async Task One_that_an_older_version_started_is_used_with_the_key_that_it_takes_and_the_host_warns()
    {
        await InstalledAsync();
        var old = await AzuriteProcess.LaunchAsync(
            Installation, Endpoint, Path.GetDirectoryName(PidFile)!, AzuriteKey.WellKnown,
            TimeProvider.System, NullLogger.Instance, Cancellation);
        new AzuriteRecord(old.Identity, [ProcessIdentity.Current]).Write(Path.GetDirectoryName(PidFile)!);
        var log = new RecordingLogger<EmbeddedAzurite>(LogLevel.Warning);
        var storage = Development();

        await using (var host = new EmbeddedAzurite(storage, Installation, TimeProvider.System, log))
        {
            await host.ReadyAsync(Cancellation);
            await storage.OpenContainer("used", new(BlobClientOptions.ServiceVersion.V2025_11_05))
                .CreateAsync(cancellationToken: Cancellation);
            Assert.Contains("takes the account key that everybody knows", Assert.Single(log.Lines), StringComparison.Ordinal);
        }

        await old.StopAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Somebody_elses_is_used_with_a_warning_and_not_at_all_where_this_repository_has_a_key_of_its_own(bool hasKey)
    {
        await InstalledAsync();
        if (hasKey)
        {
            AzuriteKey.Obtain(Path.GetDirectoryName(PidFile)!);
        }

        var foreign = await AzuriteProcess.LaunchAsync(
            Installation, Endpoint, Path.Combine(Root.FullName, "elsewhere"), AzuriteKey.WellKnown,
            TimeProvider.System, NullLogger.Instance, Cancellation);
        await foreign.WaitUntilItAnswersAsync(Cancellation);
        var log = new RecordingLogger<EmbeddedAzurite>(LogLevel.Warning);
        var storage = Development();
        await using (var host = new EmbeddedAzurite(storage, Installation, TimeProvider.System, log))
        {
            if (hasKey)
            {
                var error = await Assert.ThrowsAsync<AzuriteException>(() => host.ReadyAsync(Cancellation));
                Assert.Contains("is not this repository's own", error.Message, StringComparison.Ordinal);
            }
            else
            {
                await host.ReadyAsync(Cancellation);
                Assert.True(await storage.OpenContainer("used", new(BlobClientOptions.ServiceVersion.V2025_11_05))
                    .CreateAsync(cancellationToken: Cancellation) is not null);
                Assert.Contains("everybody knows", Assert.Single(log.Lines), StringComparison.Ordinal);
            }
        }

        await foreign.StopAsync();
    }

    [Fact]
    public async Task A_key_that_the_connection_string_gives_is_the_one_that_it_takes()
    {
        await InstalledAsync();
        var key = Convert.ToBase64String(new byte[64]);
        await using var host = Host(new StorageConnection(WithKey(key)));
        await host.ReadyAsync(Cancellation);

        Assert.True(await AzuriteProbe.TakesAsync(Endpoint, key, Cancellation));
        Assert.False(await AzuriteProbe.TakesAsync(Endpoint, AzuriteKey.WellKnown, Cancellation));
    }

    [Fact]
    public async Task Of_many_that_make_the_key_at_once_all_have_the_same()
    {
        var folder = Path.Combine(Root.FullName, "data");

        var keys = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => AzuriteKey.Obtain(folder), Cancellation)));

        Assert.Single(keys.Distinct());
        Assert.Equal([AzuriteKey.FileIn(folder)], Directory.GetFiles(folder));
    }

    private string KeyFile => AzuriteKey.FileIn(Path.GetDirectoryName(PidFile)!);

    private DirectoryInfo DataFolder => new(Path.Combine(Root.FullName, ".azurite"));

    private void AllIsItsOwners()
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.Equal(Own, DataFolder.UnixFileMode);
            Assert.All(
                DataFolder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories),
                entry => Assert.Equal(UnixFileMode.None, entry.UnixFileMode & ~Own));
        }
    }
}
