using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Agents;

public sealed class AgentRegistryTests
{
    private const string File =
        """
        {"agents":[
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"],"device":"forge","trustZone":"internal",
           "adapter":"inbox","aliases":["Proveo"],"model":"m","enabled":false},
          {"id":"codecraft-builder","company":"codecraft","roles":["builder","advisor"]}]}
        """;

    [Fact]
    public void An_agent_is_found_by_id_and_by_alias()
    {
        var agents = Read(File).Value!;
        Assert.Equal(["codecraft-builder", "proveo-verifier"], agents.Agents.Select(agent => agent.Id));
        Assert.Same(agents.Find("proveo-verifier"), agents.Find("Proveo"));
        Assert.Equal("proveo-verifier", agents.Resolve("Proveo"));
        Assert.Equal("nobody", agents.Resolve("nobody"));
        Assert.Null(agents.Find("nobody"));
        Assert.True(agents.Find("codecraft-builder")!.Enabled);
        var verifier = agents.Find("Proveo")!;
        Assert.Equal(("proveo", "forge", "internal", "inbox", "m", false), (
            verifier.Company,
            verifier.Device,
            verifier.TrustZone,
            verifier.Adapter,
            verifier.Model,
            verifier.Enabled));
    }

    [Theory]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"Codecraft\"", "agents[1].id", "invalid_value")]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"a--b\"", "agents[1].id", "invalid_value")]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"-a\"", "agents[1].id", "invalid_value")]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"proveo-verifier\"", "agents[1].id", "duplicate_id")]
    [InlineData("\"advisor\"", "\"boss\"", "agents[1].roles", "invalid_value")]
    [InlineData("[\"verifier\"]", "[]", "agents[0].roles", "missing")]
    [InlineData("\"internal\"", "\"secret\"", "agents[0].trustZone", "invalid_value")]
    [InlineData("\"Proveo\"", "\"codecraft-builder\"", "agents", "duplicate_id")]
    [InlineData("\"Proveo\"", "7", "agents[0].aliases[0]", "invalid_value")]
    [InlineData("\"company\":\"proveo\"", "\"compani\":\"proveo\"", "agents[0].compani", "unknown_field")]
    [InlineData("\"enabled\":false", "\"enabled\":\"no\"", "agents[0].enabled", "wrong_type")]
    [InlineData("{\"agents\"", "{\"agent\"", "agents", "missing")]
    public void A_bad_registry_says_where_and_what(string good, string bad, string path, string code)
    {
        Assert.Contains(good, File, StringComparison.Ordinal);
        var result = Read(File.Replace(good, bad, StringComparison.Ordinal));
        Assert.False(result.Ok);
        Assert.Contains((path, code), result.Errors.Select(error => (error.Path, error.Code)));
    }

    private static ReadResult<AgentRegistry> Read(string json) => AgentRegistryReader.Read(Encoding.UTF8.GetBytes(json));
}
