using System.Text;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Organisations;

public sealed class OrganisationReaderTests
{
    private const string File =
        """
        {"companies":[{"id":"proveo","name":"Proveo","domain":"verifies","dailyBudgetUsd":12.5,"version":3}],
         "agents":[
          {"id":"proveo-verifier","company":"proveo","roles":["verifier","verifier"],"device":"forge","trustZone":"internal",
           "adapter":"inbox","aliases":["Proveo"],"model":"m","wipLimit":3,"dailyBudgetUsd":2,"enabled":false,
           "version":7,"lastSeen":null,"reachable":true},
          {"id":"codecraft-builder","company":"codecraft","roles":["builder","advisor"]}],
         "authority":[
          {"id":"row","pattern":"advisory","initiator":{},"responder":{"role":"verifier"},"status":"pilot",
           "since":"2026-11-01T00:00:00Z","why":"because"}],
         "tasks":[{"id":"7","title":"t","owner":"o","state":"in_progress"}]}
        """;

    [Fact]
    public void Every_section_is_read_whole()
    {
        var read = Read(File).Value!;

        var company = Assert.Single(read.Companies);
        Assert.Equal(("proveo", "Proveo", "verifies", 12.5m), (company.Id, company.Name, company.Domain, company.DailyBudgetUsd));
        var (verifier, builder) = (read.Agents[0], read.Agents[1]);
        Assert.Equal(
            ("proveo-verifier", "proveo", "forge", "internal", AgentAdapter.Pull, "m", 3, 2m, false),
            (verifier.Id, verifier.Company, verifier.Device, verifier.TrustZone, verifier.Adapter, verifier.Model,
                verifier.WipLimit, verifier.DailyBudgetUsd, verifier.Enabled));
        Assert.Equal(["verifier", "Proveo"], verifier.Roles.Concat(verifier.Aliases));
        Assert.True(builder is { Enabled: true, WipLimit: null, DailyBudgetUsd: null, Device: null, Aliases: [] });
        Assert.Equal(["codecraft-builder"], read.Unswitched);
        Assert.Equal("row", Assert.Single(read.Authority).Id);
        Assert.Equal("7", Assert.Single(read.Tasks).Id);
    }

    [Fact]
    public void Every_section_may_be_missing()
    {
        Assert.True(Read("{}").Value is { Agents: [], Companies: [], Authority: [], Tasks: [] });
    }

    [Theory]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"Codecraft\"", "agents[1].id", "invalid_value")]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"a--b\"", "agents[1].id", "invalid_value")]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"-a\"", "agents[1].id", "invalid_value")]
    [InlineData("\"id\":\"codecraft-builder\"", "\"id\":\"proveo-verifier\"", "agents[1].id", "duplicate_id")]
    [InlineData("\"id\":\"codecraft-builder\",", "", "agents[1].id", "missing")]
    [InlineData("\"advisor\"", "\"boss\"", "agents[1].roles", "invalid_value")]
    [InlineData("[\"builder\",\"advisor\"]", "[]", "agents[1].roles", "missing")]
    [InlineData("\"internal\"", "\"secret\"", "agents[0].trustZone", "invalid_value")]
    [InlineData("\"Proveo\"]", "7]", "agents[0].aliases[0]", "invalid_value")]
    [InlineData("\"company\":\"proveo\"", "\"compani\":\"proveo\"", "agents[0].compani", "unknown_field")]
    [InlineData("\"company\":\"proveo\"", "\"company\":\"Pro veo\"", "agents[0].company", "invalid_value")]
    [InlineData("\"enabled\":false", "\"enabled\":\"no\"", "agents[0].enabled", "wrong_type")]
    [InlineData("\"wipLimit\":3", "\"wipLimit\":0", "agents[0].wipLimit", "out_of_range")]
    [InlineData("\"wipLimit\":3", "\"wipLimit\":1.5", "agents[0].wipLimit", "out_of_range")]
    [InlineData("\"dailyBudgetUsd\":2", "\"dailyBudgetUsd\":-1", "agents[0].dailyBudgetUsd", "out_of_range")]
    [InlineData("\"name\":\"Proveo\",", "", "companies[0].name", "missing")]
    [InlineData("\"dailyBudgetUsd\":12.5", "\"dailyBudgetUsd\":1e99", "companies[0].dailyBudgetUsd", "out_of_range")]
    [InlineData("\"advisory\"", "\"gossip\"", "authority[0].pattern", "invalid_value")]
    [InlineData("{\"id\":\"7\",", "{", "tasks[0].id", "missing")]
    [InlineData("{\"companies\"", "{\"firms\"", "firms", "unknown_field")]
    public void What_is_wrong_is_said_with_its_place(string good, string bad, string path, string code)
    {
        Assert.Contains(good, File, StringComparison.Ordinal);
        var result = Read(File.Replace(good, bad, StringComparison.Ordinal));
        Assert.False(result.Ok);
        Assert.Contains((path, code), result.Errors.Select(error => (error.Path, error.Code)));
    }

    private static ReadResult<Organisation> Read(string json) => OrganisationReader.Read(Encoding.UTF8.GetBytes(json));
}
