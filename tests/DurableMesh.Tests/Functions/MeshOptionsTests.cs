using DurableMesh.Functions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions;

public sealed class MeshOptionsTests
{
    [Fact]
    public void The_defaults_are_good()
    {
        Assert.True(new MeshOptionsValidator().Validate(null, new MeshOptions()).Succeeded);
    }

    [Fact]
    public void All_that_is_wrong_is_named_with_its_key()
    {
        var options = new MeshOptions
        {
            SeedFile = " ",
            StoreContainer = "No Capitals",
            AnswerWithin = TimeSpan.Zero,
            PolicyFile = "",
            Store = { CacheMegabytes = 0 },
        };

        var failures = new MeshOptionsValidator().Validate(null, options).Failures!.ToList();

        var keys = new[]
        {
            "Mesh:SeedFile", "Mesh:StoreContainer", "Mesh:AnswerWithin", "Mesh:PolicyFile",
            "Mesh:Store:CacheMegabytes",
        };
        Assert.All(keys, key => Assert.Single(failures, failure => failure.StartsWith(key + " ", StringComparison.Ordinal)));
        Assert.Equal(keys.Length, failures.Count);
    }

    [Theory]
    [InlineData("tracker.example/hook", "a secret of its own", "Mesh:Tasks:WebhookUrl")]
    [InlineData("ftp://tracker.example", "a secret of its own", "Mesh:Tasks:WebhookUrl")]
    [InlineData("https://tracker.example", null, "Mesh:Tasks:WebhookSecret")]
    [InlineData("https://tracker.example", "short", "Mesh:Tasks:WebhookSecret")]
    [InlineData("https://tracker.example", "a secret of its own", null)]
    [InlineData("", null, null)]
    public void A_webhook_needs_an_address_and_a_secret(string url, string? secret, string? wrong)
    {
        var options = new MeshOptions { Tasks = { WebhookUrl = url, WebhookSecret = secret } };

        Assert.Equal(wrong, new MeshOptionsValidator().Validate(null, options).Failures?.Single().Split(' ')[0]);
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("instance", null, true)]
    [InlineData("instance", "false", false)]
    [InlineData(null, "true", true)]
    public void The_store_is_shared_where_Azure_runs_the_host_unless_told_otherwise(string? instance, string? told, bool shared)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WEBSITE_INSTANCE_ID"] = instance,
            ["Mesh:Store:SharedByHosts"] = told,
        }).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration).AddMesh(configuration).BuildServiceProvider();

        Assert.Equal(shared, services.GetRequiredService<IOptions<MeshOptions>>().Value.Store.SharedByHosts);
    }
}
