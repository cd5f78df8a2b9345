using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Tests.LocalHost.Azurite;

public sealed class DevelopmentStorageTests
{
    private const string Key = "AccountKey=bm90IGEga2V5";

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10000/")]
    [InlineData("UseDevelopmentStorage=true;", "http://127.0.0.1:10000/")]
    [InlineData(
        $"AccountName=devstoreaccount1;{Key};BlobEndpoint=http://127.0.0.1:23050/devstoreaccount1;", "http://127.0.0.1:23050/")]
    [InlineData(
        $"AccountName=devstoreaccount1;{Key};BlobEndpoint=http://localhost:10000/devstoreaccount1", "http://localhost:10000/")]
    public void The_development_storage_is_one_on_this_machine(string connectionString, string endpoint) =>
        Assert.Equal(new Uri(endpoint), DevelopmentStorage.EndpointOf(connectionString));

    [Theory]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=example;{Key};EndpointSuffix=core.windows.net")]
    [InlineData($"AccountName=devstoreaccount1;{Key};BlobEndpoint=http://azurite:10000/devstoreaccount1")]
    [InlineData($"AccountName=example;{Key};BlobEndpoint=http://127.0.0.1:10000/example")]
    public void Any_other_account_or_machine_is_used_as_it_is(string connectionString) =>
        Assert.Null(DevelopmentStorage.EndpointOf(connectionString));

    [Theory]
    [InlineData("nonsense")]
    [InlineData($"{Key};AccountName")]
    [InlineData("UseDevelopmentStorage=maybe")]
    public void What_is_no_connection_string_is_refused_without_repeating_it(string connectionString)
    {
        var error = Assert.Throws<FormatException>(() => DevelopmentStorage.EndpointOf(connectionString));

        Assert.Contains("AzureWebJobsStorage", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bm90IGEga2V5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_container_supplies_the_storage_that_the_configuration_names()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", "nonsense")]).Build();
        await using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .Configure<TaskHubOptions>(options => options.HubName = "somehub")
            .AddHubStorage()
            .BuildServiceProvider();

        Assert.Throws<FormatException>(provider.GetRequiredService<IHubStorage>);
        configuration["AzureWebJobsStorage"] = $"AccountName=example;{Key};BlobEndpoint=http://127.0.0.1:10000/example";
        Assert.IsType<AzureHubStorage>(provider.GetRequiredService<IHubStorage>());
        Assert.True(provider.GetRequiredService<EmbeddedAzurite>().ReadyAsync(CancellationToken.None).IsCompletedSuccessfully);
    }
}
