using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Authority;

/// <summary>Agents and rows for the tests of the authority table.</summary>
internal static class AuthoritySample
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    public static readonly AgentView Builder = Agent("codecraft-builder", "codecraft", "ANVIL", "builder");

    public static readonly AgentView Verifier = Agent("proveo-verifier", "proveo", "ANVIL", "verifier");

    public static readonly AgentView FarVerifier = Agent("evidence-verifier", "proveo", "FORGE", "verifier", "comparator");

    public static AgentView Agent(string id, string company, string? device, params string[] roles) =>
        new() { Id = id, Company = company, Device = device, Roles = roles, Enabled = true };

    /// <summary>A row that took effect some days ago; by default of builder-verifier, for anybody, active.</summary>
    public static AuthorityRow Row(
        string id,
        AuthoritySelector? initiator = null,
        AuthoritySelector? responder = null,
        AuthorityStatus status = AuthorityStatus.Active,
        int daysAgo = 10,
        Pattern pattern = Pattern.BuilderVerifier) => new()
        {
            Id = id,
            Pattern = pattern,
            Initiator = initiator ?? new(),
            Responder = responder ?? new(),
            Status = status,
            Since = Now.AddDays(-daysAgo),
            Why = "The ADR says so",
        };

    public static AuthorityTable Table(params AuthorityRow[] rows) => new(3, rows, Now, "anna");

    public static AuthorityDecision Decide(
        this AuthorityTable table, AgentView initiator, AgentView responder, Pattern pattern = Pattern.BuilderVerifier) =>
        table.Decide(pattern, initiator, responder, Now);
}
