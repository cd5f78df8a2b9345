using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// Two real hosts on one real Azurite, and what becomes of a dialogue when the one that owns the task hub dies, stops or sleeps.
/// </summary>
public sealed class TakeOverTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-takeover-");
    private AzuriteProcess _azurite = null!;
    private MeshHost _owner = null!;
    private MeshHost _standby = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(_folder.FullName);
        _owner = await MeshHost.StartAsync(_azurite.ConnectionString, Cancellation);
        _standby = await MeshHost.StartStandbyAsync(_azurite.ConnectionString, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{_owner.Output}\n\n{_standby.Output}");
        await _owner.DisposeAsync();
        await _standby.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task After_a_SIGKILL_of_the_owner_the_host_that_stood_by_goes_on_with_all_that_was_acknowledged()
    {
        string id = await _owner.StartThreadAsync(Cancellation);
        await SendAsync(_owner, id, 0..5);
        await AssertStandsByAsync("/api/health");
        await AssertStandsByAsync($"/api/threads/{id}");
        await AssertStandsByAsync($"/runtime/webhooks/durabletask/instances/{id}");
        Task<HttpStatusCode?> underWay = _owner.TrySendAsync(id, PassingDialogue.Messages[5], Cancellation);
        await _owner.KillAsync();
        await underWay;

        await _standby.UntilItIsReadyAsync(Cancellation);
        await SendAsync(_standby, id, 5..);

        await PassingDialogue.AssertIsWholeAsync(_standby, id, Cancellation);
        Assert.Contains("Standing by", _standby.Output, StringComparison.Ordinal);
        Assert.Contains("is taken over", _standby.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_that_sleeps_past_its_lease_acknowledges_nothing_until_it_takes_over_after_a_clean_stop()
    {
        string id = await _owner.StartThreadAsync(Cancellation);
        await SendAsync(_owner, id, 0..3);
        await _owner.PauseAsync(Cancellation);
        Task<HttpStatusCode?> early = _owner.TrySendAsync(id, PassingDialogue.Messages[8], Cancellation);
        Task<HttpResponseMessage> look = _owner.Http.GetAsync(
            new Uri($"/runtime/webhooks/durabletask/instances/{id}", UriKind.Relative), Cancellation);

        await _standby.UntilItIsReadyAsync(Cancellation);
        await SendAsync(_standby, id, 3..6);
        _owner.Resume();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await early);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await look).StatusCode);
        await _owner.UntilItStandsByAsync(Cancellation);
        await SendAsync(_standby, id, 6..8);

        Assert.Equal(0, await _standby.StopAsync());
        await _owner.UntilItIsReadyAsync(Cancellation);
        await SendAsync(_owner, id, 8..);
        await PassingDialogue.AssertIsWholeAsync(_owner, id, Cancellation);
    }

    [Fact]
    public async Task An_Azurite_that_is_killed_and_then_the_owner_lose_nothing_between_them()
    {
        string id = await _owner.StartThreadAsync(Cancellation);
        await SendAsync(_owner, id, 0..5);
        long? bodies = await BodiesLengthAsync();
        await _azurite.KillAsync();
        await _azurite.RestartAsync(Cancellation);
        MeshHost owner = await SendToTheOwnerAsync(id, 5..8);

        // None of these three touched the bodies, which the owner must have written again all the same.
        while (await BodiesLengthAsync() is not { } length || length < bodies)
        {
            await Task.Delay(20, Cancellation);
        }

        await owner.KillAsync();

        MeshHost heir = Other(owner);
        await heir.UntilItIsReadyAsync(Cancellation);
        await SendAsync(heir, id, 8..);

        await PassingDialogue.AssertIsWholeAsync(heir, id, Cancellation);
    }

    private async Task AssertStandsByAsync(string path)
    {
        using HttpResponseMessage refusal = await _standby.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        JsonNode problem = (await refusal.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal.Headers.RetryAfter!.Delta);
        Assert.Equal("not_owner", problem["code"]!.GetValue<string>());
        Assert.Equal(_owner.Address, problem["owner"]!.GetValue<string>());
    }

    private Task<long?> BodiesLengthAsync() =>
        new AzureBlobs(
                new StorageConnection(_azurite.ConnectionString), new MeshOptions().StoreContainer, TimeSpan.FromSeconds(8))
            .GetLengthAsync("bodies/00000001", Cancellation);

    private MeshHost Other(MeshHost host) => host == _owner ? _standby : _owner;

    /// <summary>
    /// Sends messages to whichever host owns the hub: an Azurite that has forgotten the lease may give it to either.
    /// </summary>
    private async Task<MeshHost> SendToTheOwnerAsync(string id, Range messages)
    {
        (int first, int count) = messages.GetOffsetAndLength(PassingDialogue.Messages.Length);
        MeshHost host = _owner;
        for (int step = first; step < first + count;)
        {
            try
            {
                await SendAsync(host, id, step..(step + 1));
                step++;
            }
            catch (InvalidOperationException refused) when (refused.Message.Contains(" 503 ", StringComparison.Ordinal))
            {
                // Nothing is half-written: the same message again, to the other one.
                host = Other(host);
                await Task.Delay(20, Cancellation);
            }
        }

        return host;
    }

    /// <summary>Sends messages of the dialogue and asserts that each gets the sequence that it must have.</summary>
    private static async Task SendAsync(MeshHost host, string id, Range messages)
    {
        (int first, int count) = messages.GetOffsetAndLength(PassingDialogue.Messages.Length);
        for (int step = first; step < first + count; step++)
        {
            JsonNode receipt = await host.SendAsync(id, PassingDialogue.Messages[step], Cancellation);
            Assert.Equal(step + 2, receipt["sequence"]!.GetValue<int>());
        }
    }
}
