using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using DurableMesh.Client.Backups;
using DurableMesh.Functions;
using DurableMesh.Functions.Backups;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.Backups;

/// <summary>What goes into a backup, in which order, and when there can be none.</summary>
[Collection<SharedAzurite>]
public sealed class MeshBackupTests(AzuriteFixture fixture) : IAsyncLifetime
{
    private readonly string _name = Guid.NewGuid().ToString("N");
    private BlobContainerClient _hub = null!;
    private BlobContainerClient _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var account = new BlobServiceClient(fixture.Azurite.ConnectionString);
        _hub = await account.CreateBlobContainerAsync($"h{_name}", cancellationToken: Cancellation);
        _store = await account.CreateBlobContainerAsync($"s{_name}", cancellationToken: Cancellation);
        await AppendAsync(_hub, "p00/log-00000001", "facts");
        await PutAsync(_hub, "p00/owner", "{}");
        await PutAsync(_hub, "hub.json", "{}");
        await AppendAsync(_store, "threads/00000001", "lines");
        await AppendAsync(_store, "bodies/00000001", "bodies");
        await PutAsync(_store, "leases/one/agent", "{}");
        await PutAsync(_store, "evidence/one.json", "{}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Positions_come_before_the_hub_the_hub_before_the_logs_and_the_bodies_after_them_all()
    {
        BackupManifest manifest = await TakeAsync(Backup(Capturing(() => Task.CompletedTask)));

        Assert.Equal(
            [
                "store/leases/one/agent", "hub/hub.json", "hub/p00/log-00000001", "store/threads/00000001",
                "store/bodies/00000001", "store/evidence/one.json",
            ],
            manifest.Blobs.Select(blob => blob.Name));
    }

    [Fact]
    public async Task What_is_appended_after_the_hub_was_seen_is_left_out_and_what_is_written_as_a_whole_is_not()
    {
        BackupManifest manifest = await TakeAsync(Backup(Capturing(async () =>
        {
            await AppendAsync(_hub, "p00/log-00000001", " and more");
            await AppendAsync(_store, "threads/00000001", " and more");
            await AppendAsync(_store, "threads/00000002", "a later segment");
            await PutAsync(_store, "evidence/two.json", "{}");
        })));

        Assert.Equal(5, manifest.Blobs.Single(blob => blob.Name == "hub/p00/log-00000001").Length);
        Assert.Equal(5, manifest.Blobs.Single(blob => blob.Name == "store/threads/00000001").Length);
        Assert.DoesNotContain(manifest.Blobs, blob => blob.Name == "store/threads/00000002");
        Assert.Contains(manifest.Blobs, blob => blob.Name == "store/evidence/two.json");
    }

    [Fact]
    public async Task There_is_one_backup_at_a_time_and_another_when_it_is_over()
    {
        var shut = new TaskCompletionSource();
        MeshBackup backup = Backup(Capturing(() => shut.Task));
        Task<BackupManifest> first = TakeAsync(backup);

        Assert.Equal("backup_running", Assert.Throws<ProblemException>(backup.Begin).Problem.Code);

        shut.SetResult();
        await first;
        Assert.Equal(6, (await TakeAsync(backup)).Blobs.Count);
    }

    [Fact]
    public async Task A_hub_that_cannot_be_seen_is_a_problem_and_no_half_a_backup()
    {
        var hub = new Mock<IHubBackup>();
        hub.Setup(one => one.IsOwner).Returns(true);
        hub.Setup(one => one.Container).Returns(_hub.Name);
        hub.Setup(one => one.CaptureAsync(It.IsAny<Func<CancellationToken, Task>>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("The storage did not show the task hub within 5 s."));
        await _store.DeleteBlobAsync("leases/one/agent", cancellationToken: Cancellation);
        var http = new DefaultHttpContext();
        http.Response.Body = new MemoryStream();

        await Backup(hub.Object).Begin().ExecuteAsync(http);

        Assert.Equal(503, http.Response.StatusCode);
        Assert.Equal("application/problem+json", http.Response.ContentType);
    }

    [Fact]
    public void A_host_that_does_not_own_the_hub_or_has_none_says_so()
    {
        Assert.Equal("hub_not_here", Assert.Throws<ProblemException>(Backup(hub: null).Begin).Problem.Code);
        Assert.Equal("hub_not_here", Assert.Throws<ProblemException>(Backup(Mock.Of<IHubBackup>()).Begin).Problem.Code);
    }

    /// <summary>A hub of this host's, of which something happens once it was seen.</summary>
    private IHubBackup Capturing(Func<Task> after)
    {
        var hub = new Mock<IHubBackup>();
        hub.Setup(one => one.IsOwner).Returns(true);
        hub.Setup(one => one.Container).Returns(_hub.Name);
        hub.Setup(one => one.CaptureAsync(It.IsAny<Func<CancellationToken, Task>>(), It.IsAny<CancellationToken>()))
            .Returns(async (Func<CancellationToken, Task> look, CancellationToken token) =>
            {
                await look(token);
                await after();
                return Mock.Of<IDisposable>();
            });
        return hub.Object;
    }

    private MeshBackup Backup(IHubBackup? hub) => new(
        new StorageConnection(fixture.Azurite.ConnectionString),
        Options.Create(new MeshOptions { StoreContainer = _store.Name }),
        [Log("bodies"), Log("threads")],
        new MeshLedger(_ => ValueTask.CompletedTask, TimeProvider.System, NoPast.Instance),
        TimeProvider.System,
        NullLogger<MeshBackup>.Instance,
        hub);

    private static IStoreLog Log(string folder) => Mock.Of<IStoreLog>(log => log.Folder == folder);

    private static async Task<BackupManifest> TakeAsync(MeshBackup backup)
    {
        using var file = new MemoryStream();
        await backup.WriteAsync(file, Cancellation);
        file.Position = 0;
        return await BackupReader.VerifyAsync(file, Cancellation);
    }

    private static async Task PutAsync(BlobContainerClient container, string name, string text) =>
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(text), overwrite: true, Cancellation);

    private static async Task AppendAsync(BlobContainerClient container, string name, string text)
    {
        AppendBlobClient blob = container.GetAppendBlobClient(name);
        await blob.CreateIfNotExistsAsync(cancellationToken: Cancellation);
        await blob.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken: Cancellation);
    }
}
