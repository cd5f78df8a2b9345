using DurableMesh.Functions;
using DurableMesh.Functions.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Identity;

public sealed class ExposureTests
{
    private const string RootKey = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("Development", null, null, null)]
    [InlineData("development", "", "", null)]
    [InlineData("Development", "localhost:7071", null, null)]
    [InlineData("Development", "127.0.0.1:7071", null, null)]
    [InlineData("Development", "[::1]:7071", null, null)]
    [InlineData("Development", "0.0.0.0:7071", null, "0.0.0.0:7071")]
    [InlineData("Development", "mesh.example.org", null, "mesh.example.org")]
    [InlineData("Development", "localhost.example.org", null, "localhost.example.org")]
    [InlineData("Development", "localhost:7071", "i-1", "WEBSITE_INSTANCE_ID")]
    [InlineData("Production", "localhost:80", null, "'Production'")]
    [InlineData(null, null, null, "AZURE_FUNCTIONS_ENVIRONMENT")]
    public void Only_a_host_that_says_it_runs_on_a_developers_machine_is_not_exposed(
        string? environment, string? hostName, string? instance, string? why)
    {
        var exposure = Exposure.Of(Configuration(environment, hostName, instance));

        Assert.Equal(why is null, exposure is null);
        Assert.Contains(why ?? "", exposure ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Development", null, IdentityMode.Open)]
    [InlineData("Development", "keys", IdentityMode.Keys)]
    [InlineData("Production", null, IdentityMode.Keys)]
    public void A_mesh_that_others_reach_wants_keys_and_one_of_a_developer_only_if_told(
        string environment, string? told, object mode) =>
        Assert.Equal(mode, Options(Configuration(environment, mode: told)).Identity.Mode);

    [Theory]
    [InlineData("Production", null)]
    [InlineData("Development", "i-1")]
    public void To_be_open_where_others_reach_it_is_refused_and_says_what_to_do(string environment, string? instance)
    {
        var refused = Assert.Throws<OptionsValidationException>(
            () => Options(Configuration(environment, null, instance, "open")));

        var why = Assert.Single(refused.Failures);
        Assert.StartsWith("Mesh:Identity:Mode is open, but", why, StringComparison.Ordinal);
        Assert.Contains("Mesh:Identity:RootKey", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(RootKey)]
    public void A_root_key_is_long_or_none(string rootKey) =>
        Assert.Equal(
            rootKey.Length == 0 ? null : rootKey, Options(Configuration("Production", rootKey: rootKey)).Identity.RootKey);

    [Theory]
    [InlineData("changeme")]
    [InlineData("0123456789abcdef 0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdéf")]
    public void A_root_key_that_could_be_guessed_or_not_be_sent_is_refused_and_not_repeated(string rootKey)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Options(Configuration("Production", rootKey: rootKey)));

        Assert.StartsWith("Mesh:Identity:RootKey must be 32", Assert.Single(refused.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain(rootKey, refused.Message, StringComparison.Ordinal);
    }

    private static MeshOptions Options(IConfiguration configuration)
    {
        using var services = new ServiceCollection().AddSingleton(configuration).AddMesh(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<MeshOptions>>().Value;
    }

    private static IConfiguration Configuration(
        string? environment, string? hostName = null, string? instance = null, string? mode = null, string? rootKey = null) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = environment,
            ["WEBSITE_HOSTNAME"] = hostName,
            ["WEBSITE_INSTANCE_ID"] = instance,
            ["Mesh:Identity:Mode"] = mode,
            ["Mesh:Identity:RootKey"] = rootKey,
        }).Build();
}
