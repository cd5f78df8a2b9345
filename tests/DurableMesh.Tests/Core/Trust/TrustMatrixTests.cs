using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Trust;

public sealed class TrustMatrixTests
{
    [Theory]
    [InlineData("restricted", "allow redact deny deny")]
    [InlineData("internal", "allow allow redact redact")]
    [InlineData("partner", "allow allow allow redact")]
    [InlineData("public", "allow allow allow allow")]
    public void The_standard_matrix_says_what_each_zone_may_say_to_each(string from, string actions)
    {
        var said = AgentRegistry.TrustZones.Select(to => TrustMatrix.Standard.ActionOf(from, to));
        Assert.Equal(actions, string.Join(' ', said).ToLowerInvariant());
    }

    [Fact]
    public void A_restricted_agent_answers_an_internal_one_redacted()
    {
        var decision = Decide("internal", "restricted");

        Assert.Equal(new TrustDecision("internal", "restricted", TrustAction.Allow, TrustAction.Redact), decision);
        Assert.False(decision.Denied);
        Assert.Equal(
            "What internal says to restricted: allow; what restricted says to internal: redact.", decision.Explanation);
    }

    [Theory]
    [InlineData("partner", "restricted")]
    [InlineData("restricted", "partner")]
    public void One_direction_that_is_denied_denies_the_dialogue(string initiator, string responder) =>
        Assert.True(Decide(initiator, responder).Denied);

    [Fact]
    public void An_agent_without_a_zone_counts_as_public()
    {
        Assert.Equal(Decide("internal", "public"), Decide("internal", null));
        Assert.Equal(TrustAction.Redact, Decide("internal", null).ToResponder);
        Assert.True(Decide(null, "restricted").Denied);
    }

    [Fact]
    public void A_pair_that_the_file_does_not_name_is_denied()
    {
        var matrix = Read("""{"internal":{"internal":"allow","partner":"redact"},"public":{}}""").Value!;

        Assert.Equal(TrustAction.Allow, matrix.ActionOf("internal", "internal"));
        Assert.Equal(TrustAction.Redact, matrix.ActionOf("internal", "partner"));
        Assert.Equal(TrustAction.Deny, matrix.ActionOf("partner", "internal"));
        Assert.Equal(TrustAction.Deny, matrix.ActionOf("public", "public"));
    }

    [Theory]
    [InlineData("""{"restrictd":{}}""", "restrictd", "unknown_field")]
    [InlineData("""{"internal":{"partners":"allow"}}""", "internal.partners", "unknown_field")]
    [InlineData("""{"internal":{"partner":"maybe"}}""", "internal.partner", "invalid_value")]
    [InlineData("""{"internal":"allow"}""", "internal", "wrong_type")]
    public void A_bad_matrix_says_where_and_what(string json, string path, string code) =>
        Assert.Equal([(path, code)], Read(json).Errors.Select(error => (error.Path, error.Code)));

    private static ReadResult<TrustMatrix> Read(string json) => JsonInput.Read(Encoding.UTF8.GetBytes(json), TrustMatrix.Read);

    private static TrustDecision Decide(string? initiator, string? responder) =>
        TrustMatrix.Standard.Decide(AgentIn(initiator), AgentIn(responder));

    private static AgentView AgentIn(string? zone) => new() { Id = "a", Company = "c", TrustZone = zone, Enabled = true };
}
