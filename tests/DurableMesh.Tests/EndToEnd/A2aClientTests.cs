using System.Text.Json;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>The official JavaScript SDK as a client of the real host, over both bindings (tests/web/a2a).</summary>
public sealed class A2aClientTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    private const string Sdk = "@a2a-js/sdk";
    private const string Advisor = "lexicon-advisor";
    private const string Stranger = "vizu-builder";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("JSONRPC")]
    [InlineData("HTTP+JSON")]
    public async Task The_SDK_holds_dialogues_and_is_told_what_is_wrong(string binding)
    {
        TestTools.MustHave(Sdk);
        string given = JsonSerializer.Serialize(new
        {
            @base = mesh.Address.AbsoluteUri.TrimEnd('/'),
            binding,
            verifier = MeshHost.Verifier,
            advisor = Advisor,
            stranger = Stranger,
            keys = new
            {
                builder = mesh.KeyOf(MeshHost.Builder),
                verifier = mesh.KeyOf(MeshHost.Verifier),
                stranger = mesh.KeyOf(Stranger),
                @operator = mesh.KeyOf(GuardedMesh.Operator),
            },
        });

        (int exitCode, string output) = await TestTools.NodeAsync(["a2a/client.mjs", given], Cancellation);

        Assert.True(exitCode == 0, $"{output}\n{mesh.Output}");
    }

    [Fact]
    public async Task The_SDK_is_told_by_push_notification_until_the_task_is_over()
    {
        TestTools.MustHave(Sdk);
        await using var azurite = await LocalHost.Azurite.AzuriteFixture.StartAsync(
            Directory.CreateTempSubdirectory("durablemesh-a2a-").FullName);
        await using MeshHost host = await MeshHost.StartAsync(azurite.ConnectionString, Cancellation, new()
        {
            ["Mesh__Identity__Mode"] = "open",
            ["Mesh__Webhooks__AllowPrivate"] = "true",
        });
        string given = JsonSerializer.Serialize(new
        {
            @base = host.Address,
            builder = MeshHost.Builder,
            verifier = MeshHost.Verifier,
        });

        (int exitCode, string output) = await TestTools.NodeAsync(["a2a/push.mjs", given], Cancellation);

        Assert.True(exitCode == 0, $"{output}\n{host.Output}");
    }
}
