using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.TaskHub.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.LocalHost.Azurite;

public sealed class EmbeddedAzuriteTests : EmbeddedAzuriteScene
{
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

        Assert.Equal(AzuritePresence.Absent, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
        Assert.False(File.Exists(PidFile));

        await using var next = Host();
        await next.ReadyAsync(Cancellation);
        Assert.True(await Account(next).GetBlobContainerClient("kept").ExistsAsync(Cancellation));
    }

    [Fact]
    public async Task One_that_runs_already_is_used_and_left_running()
    {
        await InstalledAsync();
        var elsewhere = Path.Combine(Root.FullName, "elsewhere");
        await using var foreign = await AzuriteProcess.StartAsync(
            Installation, Endpoint, elsewhere, TimeProvider.System, NullLogger.Instance, Cancellation);

        await using (var host = Host(new StorageConnection(foreign.ConnectionString)))
        {
            await host.ReadyAsync(Cancellation);
            Assert.Null(host.Azurite);
        }

        Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
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

        Assert.Equal(AzuritePresence.Absent, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
    }

    [Fact]
    public async Task An_Azurite_whose_host_was_killed_while_it_waited_is_waited_for()
    {
        await InstalledAsync();
        var folder = Path.GetDirectoryName(PidFile)!;
        var launched = await AzuriteProcess.LaunchAsync(
            Installation, Endpoint, folder, givenKey: null, TimeProvider.System, NullLogger.Instance, Cancellation);
        new AzuriteRecord(launched.Identity, [await ProcessIdentityTests.EndedProcessAsync()]).Write(folder);

        await using (var next = Host())
        {
            await next.ReadyAsync(Cancellation);
            Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
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
        Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
        await other.StoppedAsync(Cancellation);
        Assert.Equal(AzuritePresence.Absent, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
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
        Assert.Equal(AzuritePresence.Present, await AzuriteProbe.AskAsync(Endpoint, Cancellation));
    }

    [Fact]
    public async Task A_port_that_something_else_has_taken_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, Endpoint.Port);
        listener.Start();
        var answering = AnswerAsync(listener);
        await using var host = Host();

        var error = await Assert.ThrowsAsync<AzuriteException>(() => host.ReadyAsync(Cancellation));

        Assert.Contains($"Port {Endpoint.Port} is taken", error.Message, StringComparison.Ordinal);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task Without_a_repository_an_absent_Azurite_is_an_error_that_says_what_to_do()
    {
        await using var host = Host(installation: null);

        var error = await Assert.ThrowsAsync<AzuriteException>(() => host.ReadyAsync(Cancellation));

        Assert.Contains($"{Endpoint}", error.Message, StringComparison.Ordinal);
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
        var folder = Path.Combine(Root.FullName, "data");
        using var listener = new TcpListener(IPAddress.Loopback, Endpoint.Port);
        listener.Start();
        var answering = AnswerAsync(listener);

        var error = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(
            Installation, Endpoint, folder, TimeProvider.System, NullLogger.Instance, Cancellation));

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
            }).listen({{Endpoint.Port}}, '127.0.0.1');
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

    private static BlobServiceClient Account(EmbeddedAzurite host) => new(
        host.Azurite!.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
}
