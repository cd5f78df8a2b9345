using Azure.Identity;
using Azure.Storage.Blobs;
using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.LocalHost;

public sealed class StorageConnectionTests
{
    private const string Key = "AccountKey=bm90IGEga2V5";

    [Theory]
    [InlineData("", "http://127.0.0.1:10000/")]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10000/")]
    [InlineData("UseDevelopmentStorage=true;", "http://127.0.0.1:10000/")]
    [InlineData(
        $"AccountName=devstoreaccount1;{Key};BlobEndpoint=http://127.0.0.1:23050/devstoreaccount1;", "http://127.0.0.1:23050/")]
    [InlineData(
        $"AccountName=devstoreaccount1;{Key};BlobEndpoint=http://localhost:10000/devstoreaccount1", "http://localhost:10000/")]
    public void The_development_storage_is_one_on_this_machine(string connectionString, string endpoint)
    {
        var storage = Read(("", connectionString));

        Assert.Equal(new Uri(endpoint), storage.AzuriteEndpoint);
        Assert.Equal("Azurite", $"{storage}");
    }

    [Theory]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=example;{Key};EndpointSuffix=core.windows.net", "example")]
    [InlineData($"AccountName=devstoreaccount1;{Key};BlobEndpoint=http://10.0.0.1:10000/devstoreaccount1", "devstoreaccount1")]
    [InlineData($"AccountName=example;{Key};BlobEndpoint=http://127.0.0.1:10000/example", "example")]
    public void Any_other_account_or_machine_is_used_as_it_is(string connectionString, string account)
    {
        var storage = Read(("", connectionString));

        Assert.Null(storage.AzuriteEndpoint);
        Assert.Equal(account, $"{storage}");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData($"{Key};AccountName")]
    [InlineData("UseDevelopmentStorage=maybe")]
    public void What_is_no_connection_string_is_refused_without_repeating_it(string connectionString)
    {
        var error = Assert.Throws<FormatException>(() => Read(("", connectionString)));

        Assert.StartsWith("AzureWebJobsStorage is not the connection string", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bm90IGEga2V5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_name_is_the_account_in_the_public_cloud_for_whoever_is_signed_in()
    {
        var storage = Read(("accountName", "meshstore"));

        Assert.Equal(new Uri("https://meshstore.blob.core.windows.net"), storage.BlobServiceUri);
        Assert.IsType<DefaultAzureCredential>(HubOf(storage).Credential);
        Assert.Equal("meshstore by DefaultAzureCredential", $"{storage}");
    }

    [Fact]
    public void A_managed_identity_of_the_app_or_one_of_ones_own_can_be_named()
    {
        Assert.IsType<ManagedIdentityCredential>(
            HubOf(Read(("accountName", "meshstore"), ("credential", "ManagedIdentity"))).Credential);
        Assert.IsType<ManagedIdentityCredential>(
            HubOf(Read(("accountName", "meshstore"), ("credential", "managedidentity"), ("clientId", "app"))).Credential);
        Assert.IsType<ClientSecretCredential>(
            HubOf(Read(("accountName", "meshstore"), ("tenantId", "t"), ("clientId", "app"), ("clientSecret", "s"))).Credential);
    }

    [Fact]
    public void The_address_of_the_blob_service_comes_before_the_account_name()
    {
        var storage = Read(
            ("blobServiceUri", "https://other.blob.core.chinacloudapi.cn"), ("accountName", "meshstore"),
            ("queueServiceUri", "https://other.queue.core.chinacloudapi.cn"));

        Assert.Equal(new Uri("https://other.blob.core.chinacloudapi.cn"), storage.BlobServiceUri);
        Assert.Null(storage.AzuriteEndpoint);
    }

    [Fact]
    public void Both_the_store_and_the_hub_ask_as_the_identity()
    {
        var storage = Read(("accountName", "meshstore"), ("credential", "managedidentity"));

        var store = storage.OpenContainer("store", new BlobClientOptions());
        var hub = HubContainer.Open(HubOf(storage));

        Assert.Equal(new Uri("https://meshstore.blob.core.windows.net/store"), store.Uri);
        Assert.Equal(new Uri("https://meshstore.blob.core.windows.net/durablemesh-hub"), hub.Uri);
        Assert.False(store.CanGenerateSasUri);
        Assert.False(hub.CanGenerateSasUri);
    }

    [Fact]
    public void With_a_connection_string_both_ask_with_its_key()
    {
        var storage = Read(("", $"AccountName=example;{Key};BlobEndpoint=http://127.0.0.1:10000/example"), ("accountName", " "));

        var store = storage.OpenContainer("store", new BlobClientOptions());

        Assert.Equal(new Uri("http://127.0.0.1:10000/example/store"), store.Uri);
        Assert.True(store.CanGenerateSasUri);
        Assert.True(HubContainer.Open(HubOf(storage)).CanGenerateSasUri);
    }

    [Theory]
    [InlineData("accountName", "https://x.blob.core.windows.net", "AzureWebJobsStorage__accountName is 'https://x.blob")]
    [InlineData("accountName", "Mesh", "3 to 24 of a-z and 0-9")]
    [InlineData("blobServiceUri", "meshstore", "AzureWebJobsStorage__blobServiceUri is 'meshstore'; it must be an https address")]
    [InlineData("blobServiceUri", "http://127.0.0.1:10000/devstoreaccount1", "it must be an https address")]
    [InlineData("credential", "managedidentity", "AzureWebJobsStorage__credential is set, but no account")]
    public void An_account_that_cannot_be_one_is_named(string setting, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => Read((setting, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("credential", "managed", "AzureWebJobsStorage__credential is 'managed'; it must be managedidentity or ")]
    [InlineData("credential", "workloadidentity", "The identity of AzureWebJobsStorage cannot be used: For workload identity, ")]
    public void A_credential_that_cannot_be_one_is_named(string setting, string value, string expected)
    {
        var error = Assert.Throws<FormatException>(() => Read(("accountName", "meshstore"), (setting, value)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_and_an_identity_are_one_too_many()
    {
        var error = Assert.Throws<FormatException>(() => Read(("", "UseDevelopmentStorage=true"), ("accountName", "meshstore")));

        Assert.Equal(
            "AzureWebJobsStorage is a connection string, and AzureWebJobsStorage__accountName is for an identity instead of one: "
            + "take one of the two away.",
            error.Message);
    }

    [Fact]
    public async Task The_container_supplies_a_hub_in_the_account()
    {
        await using var provider = new ServiceCollection()
            .AddSingleton(Read(("accountName", "meshstore")))
            .AddLogging()
            .Configure<TaskHubOptions>(options => options.HubName = "somehub")
            .AddHubStorage()
            .BuildServiceProvider();

        var hub = provider.GetRequiredService<IOptions<TaskHubOptions>>().Value;
        Assert.Equal(("somehub", "https://meshstore.blob.core.windows.net/"), (hub.HubName, hub.BlobServiceUri?.AbsoluteUri));
        Assert.IsType<AzureHubStorage>(provider.GetRequiredService<IHubStorage>());
        Assert.True(provider.GetRequiredService<EmbeddedAzurite>().ReadyAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    private static TaskHubOptions HubOf(StorageConnection storage)
    {
        var hub = new TaskHubOptions();
        storage.Configure(hub);
        return hub;
    }

    private static StorageConnection Read(params (string Setting, string Value)[] settings) =>
        StorageConnection.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(
                setting.Setting.Length == 0 ? "AzureWebJobsStorage" : $"AzureWebJobsStorage:{setting.Setting}", setting.Value)))
            .Build());
}
