using DurableMesh.Cli;
using DurableMesh.Cli.Host;
using DurableMesh.Client;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>A mesh for one command leaves nothing behind.</summary>
public sealed class TemporaryMeshTests
{
    [Fact]
    public async Task Its_storage_is_its_own_and_is_gone_when_it_is()
    {
        string storage;
        await using (TemporaryMesh mesh = await TemporaryMesh.StartAsync(
            HostProgram.Of(Installation.Find("test")), new Dictionary<string, string>(), TestContext.Current.CancellationToken))
        {
            storage = mesh.Storage;
            Assert.True(Directory.Exists(storage));
            Assert.Empty((await MeshClient.Connect(mesh.Address)
                .ListThreadsAsync([], TestContext.Current.CancellationToken)).Threads);
        }

        Assert.False(Directory.Exists(storage));
    }
}
