using DurableMesh.Functions;
using DurableMesh.Functions.Identity;
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
            Events =
            {
                Retention = TimeSpan.Zero,
                Queue = { Name = "No Capitals", Types = "mesh.everything", Connection = "none" },
            },
        };

        var failures = new MeshOptionsValidator().Validate(null, options).Failures!.ToList();

        var keys = new[]
        {
            "Mesh:SeedFile", "Mesh:StoreContainer", "Mesh:AnswerWithin", "Mesh:PolicyFile",
            "Mesh:Store:CacheMegabytes", "Mesh:Events:Retention", "Mesh:Events:Queue:Name", "Mesh:Events:Queue:Types",
            "Mesh:Events:Queue:Connection",
        };
        Assert.All(keys, key => Assert.Single(failures, failure => failure.StartsWith(key + " ", StringComparison.Ordinal)));
        Assert.Equal(keys.Length, failures.Count);
    }

    [Theory]
    [InlineData("Providers:p:Kind", "mail", "Mesh:Providers:p:Kind is 'mail'; it must be openai or anthropic.")]
    [InlineData("Responder:Timeout", "soon", "Mesh:Responder:Timeout is 'soon'; it must be a time such as 00:00:10.")]
    public void A_setting_of_an_entry_that_is_not_of_its_kind_is_named(string key, string value, string expected)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Bound(new() { [$"Mesh:{key}"] = value }));

        Assert.Equal(expected, Assert.Single(refusal.Failures));
    }

    [Fact]
    public void Providers_and_adapters_that_cannot_work_keep_a_host_from_starting()
    {
        var options = new MeshOptions
        {
            Providers =
            {
                ["none"] = new ProviderOptions { Key = "k" },
                ["keyless"] = new ProviderOptions { Kind = ProviderKind.Anthropic, Address = "https://models.example" },
                ["nowhere"] = new ProviderOptions { Kind = ProviderKind.OpenAI, Address = "models.example" },
                ["two-lines"] = new ProviderOptions { Kind = ProviderKind.OpenAI, Key = "a\nb" },
                ["good"] = new ProviderOptions { Kind = ProviderKind.OpenAI, Address = "http://127.0.0.1:11434/v1" },
            },
            Adapters = { ["an-agent"] = new AdapterSecretOptions { Secret = "short" } },
            Responder = { MaxTries = 0, Timeout = TimeSpan.Zero },
        };
        string[] keys =
        [
            "Mesh:Providers:none:Kind", "Mesh:Providers:keyless:Key", "Mesh:Providers:nowhere:Address",
            "Mesh:Providers:two-lines:Key", "Mesh:Adapters:an-agent:Secret", "Mesh:Responder:MaxTries", "Mesh:Responder:Timeout",
        ];

        var failures = new MeshOptionsValidator().Validate(null, options).Failures!.ToList();
        Assert.All(keys, key => Assert.Contains(failures, failure => failure.StartsWith(key + " ", StringComparison.Ordinal)));
        Assert.DoesNotContain(failures, failure => failure.Contains("good", StringComparison.Ordinal));
    }

    [Fact]
    public void All_that_is_not_of_its_kind_is_named_with_what_it_may_be()
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Bound(new()
        {
            ["Mesh:Identity:Mode"] = "kays",
            ["Mesh:AnswerWithin"] = "soon",
            ["Mesh:Store:CacheMegabytes"] = "",
            ["Mesh:Store:SharedByHosts"] = "maybe",
        }));

        Assert.Equal(
            [
                "Mesh:AnswerWithin is 'soon'; it must be a time such as 00:00:10.",
                "Mesh:Store:SharedByHosts is 'maybe'; it must be true or false.",
                "Mesh:Store:CacheMegabytes is ''; it must be a whole number.",
                "Mesh:Identity:Mode is 'kays'; it must be open or keys.",
            ],
            refusal.Failures);
    }

    [Fact]
    public void What_is_of_its_kind_is_taken()
    {
        var options = Bound(new()
        {
            ["Mesh:Identity:Mode"] = "Keys",
            ["Mesh:AnswerWithin"] = "00:00:03",
            ["Mesh:Store:CacheMegabytes"] = "7",
            ["Mesh:Store:SharedByHosts"] = "",
            ["Mesh:StoreContainer"] = "mine",
        });

        Assert.Equal((IdentityMode.Keys, TimeSpan.FromSeconds(3)), (options.Identity.Mode!.Value, options.AnswerWithin));
        Assert.Equal(
            (7, false, "mine"), (options.Store.CacheMegabytes, options.Store.SharedByHosts!.Value, options.StoreContainer));
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
    [InlineData("WEBSITE_INSTANCE_ID", "", null, false)]
    [InlineData("WEBSITE_INSTANCE_ID", "instance", null, true)]
    [InlineData("LEGION_SERVICE_HOST", "10.0.0.1", null, true)]
    [InlineData("WEBSITE_INSTANCE_ID", "instance", "false", false)]
    [InlineData("WEBSITE_INSTANCE_ID", null, "true", true)]
    public void The_store_is_shared_where_Azure_runs_the_host_unless_told_otherwise(
        string setting, string? value, string? told, bool shared)
    {
        var options = Bound(new() { [setting] = value, ["Mesh:Store:SharedByHosts"] = told });

        Assert.Equal(shared, options.Store.SharedByHosts);
    }

    private static MeshOptions Bound(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration).AddMesh(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<MeshOptions>>().Value;
    }
}
