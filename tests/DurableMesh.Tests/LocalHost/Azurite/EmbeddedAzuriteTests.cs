using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.TaskHub.Storage;
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

        await using (var host = Host())
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
            _installation, _endpoint, folder, TimeProvider.System, NullLogger.Instance, Cancellation);
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
        await using var host = new EmbeddedAzurite(_endpoint, null, TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);

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
            await using var host = new EmbeddedAzurite(
                _endpoint, fake, TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);
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

    private EmbeddedAzurite Host() =>
        new(_endpoint, _installation, TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);
}
