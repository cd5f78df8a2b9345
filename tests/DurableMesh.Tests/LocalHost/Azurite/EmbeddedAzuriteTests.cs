using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.TaskHub.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.LocalHost.Azurite;

public sealed class EmbeddedAzuriteTests : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("durablemesh-root-");
    private readonly Uri _endpoint = new($"http://127.0.0.1:{AzuriteFixture.FreePort()}/");
    private readonly AzuriteInstallation _installation;

    public EmbeddedAzuriteTests()
    {
        // A repository of its own, so that no other host's data is touched, with the installation of this one.
        var real = AzuriteInstallation.Find(AppContext.BaseDirectory)!;
        foreach (var file in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(Path.Combine(real.Root, file), Path.Combine(_root.FullName, file));
        }

        Directory.CreateSymbolicLink(Path.Combine(_root.FullName, "node_modules"), Path.Combine(real.Root, "node_modules"));
        _installation = new AzuriteInstallation(_root.FullName);
    }

    private string PidFile => Path.Combine(_root.FullName, ".azurite", $"{_endpoint.Port}", "azurite.pid");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task It_is_started_when_nothing_answers_and_stopped_with_the_host_and_keeps_its_data()
    {
        await InstalledAsync();
        await using (var host = Host())
        {
            await host.ReadyAsync(Cancellation);
            await Account(host).GetBlobContainerClient("kept").CreateAsync(cancellationToken: Cancellation);
            Assert.True(File.Exists(PidFile));
        }

        Assert.Equal(AzuritePresence.Absent, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
        Assert.False(File.Exists(PidFile));

        await using var next = Host();
        await next.ReadyAsync(Cancellation);
        Assert.True(await Account(next).GetBlobContainerClient("kept").ExistsAsync(Cancellation));
    }

    [Fact]
    public async Task One_that_runs_already_is_used_and_left_running()
    {
        await InstalledAsync();
        var elsewhere = Path.Combine(_root.FullName, "elsewhere");
        await using var foreign = await AzuriteProcess.StartAsync(
            _installation, _endpoint, elsewhere, TimeProvider.System, NullLogger.Instance, Cancellation);

        await using (var host = Host(new StorageConnection(foreign.ConnectionString)))
        {
            await host.ReadyAsync(Cancellation);
            Assert.Null(host.Azurite);
        }

        Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
    }

    [Fact]
    public async Task The_orphan_of_a_killed_host_is_used_and_stopped_at_the_end()
    {
        await InstalledAsync();
        await using var killed = Host();
        await killed.ReadyAsync(Cancellation);
        var record = AzuriteRecord.Read(Path.GetDirectoryName(PidFile)!)!;
        (record with { Hosts = [await ProcessIdentityTests.EndedProcessAsync()] }).Write(Path.GetDirectoryName(PidFile)!);

        await using (var next = Host())
        {
            await next.ReadyAsync(Cancellation);
            Assert.Equal(killed.Azurite!.Identity, next.Azurite?.Identity);
        }

        Assert.Equal(AzuritePresence.Absent, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
    }

    [Fact]
    public async Task An_Azurite_whose_host_was_killed_while_it_waited_is_waited_for()
    {
        await InstalledAsync();
        var folder = Path.GetDirectoryName(PidFile)!;
        var launched = await AzuriteProcess.LaunchAsync(
            _installation, _endpoint, folder, givenKey: null, TimeProvider.System, NullLogger.Instance, Cancellation);
        new AzuriteRecord(launched.Identity, [await ProcessIdentityTests.EndedProcessAsync()]).Write(folder);

        await using (var next = Host())
        {
            await next.ReadyAsync(Cancellation);
            Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
            Assert.Equal(launched.Identity, next.Azurite?.Identity);
        }

        Assert.True(launched.Identity.IsProvablyDead());
    }

    [Fact]
    public async Task Of_two_hosts_that_start_at_once_one_starts_it_and_the_last_to_stop_stops_it()
    {
        await InstalledAsync();
        await using var one = Host();
        await using var other = Host();
        await Task.WhenAll(one.ReadyAsync(Cancellation), other.ReadyAsync(Cancellation));
        Assert.Equal(one.Azurite?.Identity, other.Azurite?.Identity);

        await one.StoppedAsync(Cancellation);
        Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
        await other.StoppedAsync(Cancellation);
        Assert.Equal(AzuritePresence.Absent, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
    }

    [Fact]
    public async Task One_that_dies_is_started_again()
    {
        await InstalledAsync();
        await using var host = Host();
        await host.ReadyAsync(Cancellation);
        var first = host.Azurite!.Identity;

        await host.Azurite.KillAsync();

        await Eventually.HoldsAsync(() => host.Azurite.Identity != first);
        Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(_endpoint, Cancellation));
    }

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
            Assert.False(await AzuriteProbe.TakesAsync(_endpoint, AzuriteKey.WellKnown, Cancellation));
            Assert.True(await AzuriteProbe.TakesAsync(_endpoint, key, Cancellation));
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
            _installation, _endpoint, Path.GetDirectoryName(PidFile)!, AzuriteKey.WellKnown,
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
            _installation, _endpoint, Path.GetDirectoryName(PidFile)!, AzuriteKey.WellKnown,
            TimeProvider.System, NullLogger.Instance, Cancellation);
        new AzuriteRecord(old.Identity, [ProcessIdentity.Current]).Write(Path.GetDirectoryName(PidFile)!);
        var log = new RecordingLogger<EmbeddedAzurite>(LogLevel.Warning);
        var storage = Development();

        await using (var host = new EmbeddedAzurite(storage, _installation, TimeProvider.System, log))
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
            _installation, _endpoint, Path.Combine(_root.FullName, "elsewhere"), AzuriteKey.WellKnown,
            TimeProvider.System, NullLogger.Instance, Cancellation);
        await foreign.WaitUntilItAnswersAsync(Cancellation);
        var log = new RecordingLogger<EmbeddedAzurite>(LogLevel.Warning);
        var storage = Development();
        await using (var host = new EmbeddedAzurite(storage, _installation, TimeProvider.System, log))
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

        Assert.True(await AzuriteProbe.TakesAsync(_endpoint, key, Cancellation));
        Assert.False(await AzuriteProbe.TakesAsync(_endpoint, AzuriteKey.WellKnown, Cancellation));
    }

    [Fact]
    public async Task Of_many_that_make_the_key_at_once_all_have_the_same()
    {
        var folder = Path.Combine(_root.FullName, "data");

        var keys = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => AzuriteKey.Obtain(folder), Cancellation)));

        Assert.Single(keys.Distinct());
        Assert.Equal([AzuriteKey.FileIn(folder)], Directory.GetFiles(folder));
    }

    [Fact]
    public async Task A_port_that_something_else_has_taken_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _endpoint.Port);
        listener.Start();
        var answering = AnswerAsync(listener);
        await using var host = Host();

        var error = await Assert.ThrowsAsync<AzuriteException>(() => host.ReadyAsync(Cancellation));

        Assert.Contains($"Port {_endpoint.Port} is taken", error.Message, StringComparison.Ordinal);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task Without_a_repository_an_absent_Azurite_is_an_error_that_says_what_to_do()
    {
        await using var host = Host(installation: null);

        var error = await Assert.ThrowsAsync<AzuriteException>(() => host.ReadyAsync(Cancellation));

        Assert.Contains($"{_endpoint}", error.Message, StringComparison.Ordinal);
        Assert.Contains("AzureWebJobsStorage", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_too_old_or_broken_is_named_at_the_start()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The fake commands are shell scripts.");
        using var repository = new FakeRepository();
        repository.Npm = repository.Script("npm", FakeRepository.Installs("9.9.9"));
        await repository.Installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, Cancellation);

        repository.Node = repository.Script("node", "printf v18.0.0; exit 3");
        var old = await Assert.ThrowsAsync<AzuriteException>(() => StartAsync(repository.Installation));
        repository.Node = repository.Script("node", "echo 'cannot load libnode' >&2; exit 127");
        var broken = await Assert.ThrowsAsync<AzuriteException>(() => StartAsync(repository.Installation));

        Assert.Contains("v18.0.0", old.Message, StringComparison.Ordinal);
        Assert.Contains("cannot load libnode", broken.Message, StringComparison.Ordinal);

        async Task StartAsync(AzuriteInstallation fake)
        {
            await using var host = Host(fake);
            await host.ReadyAsync(Cancellation);
        }
    }

    [Fact]
    public async Task An_Azurite_that_ends_at_once_is_quoted()
    {
        await InstalledAsync();
        var folder = Path.Combine(_root.FullName, "data");
        using var listener = new TcpListener(IPAddress.Loopback, _endpoint.Port);
        listener.Start();
        var answering = AnswerAsync(listener);

        var error = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(
            _installation, _endpoint, folder, TimeProvider.System, NullLogger.Instance, Cancellation));

        Assert.Contains("EADDRINUSE", error.Message, StringComparison.Ordinal);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task One_that_answers_everything_with_a_failure_for_long_is_started_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is told to end by a signal.");
        using var repository = new FakeRepository();
        repository.Node = "node";
        repository.Npm = repository.Script("npm", FakeRepository.Installs("9.9.9"));
        await repository.Installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, Cancellation);
        repository.Write(
            "node_modules/azurite/dist/src/blob/main.js",
            $$"""
            require('fs').appendFileSync('{{repository.Root}}/starts', '1');
            require('http').createServer((request, response) => {
              response.writeHead(request.url === '/' ? 400 : 500, { 'Server': 'Azurite-Blob/9.9.9' });
              response.end();
            }).listen({{_endpoint.Port}}, '127.0.0.1');
            """);
        await using var host = Host(repository.Installation, new FastClock());
        await host.ReadyAsync(Cancellation);
        var first = host.Azurite!.Identity;

        while (host.Azurite?.Identity == first)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.True(first.IsProvablyDead());
    }

    /// <summary>A clock on which a second is 20 milliseconds.</summary>
    private sealed class FastClock : TimeProvider
    {
        private const int Times = 50;

        public override long GetTimestamp() => base.GetTimestamp() * Times;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Times : dueTime, period);
    }

    private static async Task AnswerAsync(TcpListener listener)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(Cancellation);
            var answer = "HTTP/1.1 200 OK\r\nServer: other\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
            await client.GetStream().WriteAsync(answer, Cancellation);
        }
    }

    private static Task InstalledAsync() => AzuriteInstallation.Find(AppContext.BaseDirectory)!.EnsureAsync(
        TimeProvider.System, NullLogger.Instance, Cancellation);

    private static BlobServiceClient Account(EmbeddedAzurite host) => new(
        host.Azurite!.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));

    private string KeyFile => AzuriteKey.FileIn(Path.GetDirectoryName(PidFile)!);

    private DirectoryInfo DataFolder => new(Path.Combine(_root.FullName, ".azurite"));

    private string WithKey(string key) =>
        $"DefaultEndpointsProtocol=http;AccountName={AzuriteKey.Account};AccountKey={key};"
            + $"BlobEndpoint={_endpoint}{AzuriteKey.Account};";

    private StorageConnection Development() => new(WithKey(AzuriteKey.WellKnown));

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

    private EmbeddedAzurite Host() => Host(Development());

    private EmbeddedAzurite Host(StorageConnection storage) =>
        new(storage, _installation, TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);

    private EmbeddedAzurite Host(AzuriteInstallation? installation, TimeProvider? time = null) =>
        new(Development(), installation, time ?? TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);
}
