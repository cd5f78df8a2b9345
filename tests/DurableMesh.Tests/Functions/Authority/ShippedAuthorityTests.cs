using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Organisations;
using DurableMesh.Tests.Core.Authority;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Authority;

/// <summary>The authority table that is shipped lets in what the ADR activates, and nothing else.</summary>
public sealed class ShippedAuthorityTests
{
    [Theory]
    [InlineData(Pattern.BuilderVerifier, "codecraft-builder", "proveo-verifier", AuthorityStatus.Active)]
    [InlineData(Pattern.BuilderVerifier, "proveo-verifier", "codecraft-builder", null)]
    [InlineData(Pattern.BuilderVerifier, "vizu-builder", "lexicon-advisor", null)]
    [InlineData(Pattern.CrossDevice, "codecraft-builder", "evidence-verifier", AuthorityStatus.Pilot)]
    [InlineData(Pattern.CrossDevice, "codecraft-builder", "proveo-verifier", null)]
    [InlineData(Pattern.Distillation, "agentforge-distiller", "datavera-comparator", AuthorityStatus.Active)]
    [InlineData(Pattern.Distillation, "datavera-comparator", "agentforge-distiller", null)]
    [InlineData(Pattern.Advisory, "vizu-builder", "lexicon-advisor", AuthorityStatus.Pilot)]
    [InlineData(Pattern.Advisory, "codecraft-builder", "proveo-verifier", AuthorityStatus.Pilot)]
    [InlineData(Pattern.Advisory, "evidence-verifier", "proveo-verifier", null)]
    [InlineData(Pattern.Advisory, "lexicon-advisor", "vizu-builder", null)]
    public void It_lets_in_what_the_adr_activates(Pattern pattern, string initiator, string responder, AuthorityStatus? status)
    {
        var organisation = new OrganisationFile(
            Options.Create(new MeshOptions()), NullLogger<OrganisationFile>.Instance).Organisation;
        var agents = AgentRegistry.Empty.Apply(SeedRegistry.Of(organisation)!, AuthoritySample.Now, "seed").State;
        var table = AuthorityTables.Empty.Apply(AuthorityChange.SeedOf(organisation)!, AuthoritySample.Now, "seed").State.Current;

        var decision = table.Decide(pattern, agents.Find(initiator)!, agents.Find(responder)!, AuthoritySample.Now);

        Assert.Equal((status is not null, status), (decision.Authorised, decision.Status));
    }
}
