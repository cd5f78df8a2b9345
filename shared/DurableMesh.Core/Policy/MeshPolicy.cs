using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Policy;

/// <summary>The policy of a mesh: all that its operator decides once for every thread.</summary>
public sealed record MeshPolicy
{
    /// <summary>What threads get, and how far they may ask.</summary>
    public required LimitPolicy Limits { get; init; }

    /// <summary>What waits for a person.</summary>
    public required HoldPolicy Hold { get; init; }

    /// <summary>Who may say what to whom, by trust zone.</summary>
    public required TrustMatrix Trust { get; init; }

    /// <summary>What models cost.</summary>
    public required PriceTable Prices { get; init; }

    /// <summary>The turn that a cost cap must at least cover.</summary>
    public required TurnEstimate Turn { get; init; }

    /// <summary>What those may spend who name no budget of their own.</summary>
    public required BudgetPolicy Budgets { get; init; }

    /// <summary>What becomes of what nobody can price.</summary>
    public required UnpricedUsage Unpriced { get; init; }

    /// <summary>What an objection of a rule comes to, where it is not what the rule itself says; by the rule's name.</summary>
    public required IReadOnlyDictionary<string, RuleStance> Rules { get; init; }

    /// <summary>
    /// SHA-256 of the policy file, 64 hexadecimal digits, as <c>sha256sum</c> prints it: what the evidence names.
    /// </summary>
    public required string Hash { get; init; }

    /// <summary>The file itself.</summary>
    public required JsonText Text { get; init; }

    /// <summary>The policy of an empty file.</summary>
    public static MeshPolicy Standard { get; } = PolicyReader.Read("{}"u8.ToArray()).Value!;

    /// <summary>What one turn of a model costs at least, in US dollars; zero where its price is not known.</summary>
    /// <param name="model">The model; null where the agent names none.</param>
    /// <param name="at">When.</param>
    public decimal PriceOfTurn(string? model, DateTimeOffset at) => model is null ? 0 : Prices.PriceOfTurn(model, at, Turn) ?? 0;

    /// <summary>The budgets that an agent's spending counts against.</summary>
    /// <param name="party">The agent, with what it and its company have spent.</param>
    public IEnumerable<DayBudget> BudgetsOf(GateParty party)
    {
        if ((party.Agent?.DailyBudgetUsd ?? Budgets.AgentDayUsd) is { } agentCap)
        {
            yield return new DayBudget($"agent '{party.Name}'", agentCap, party.AgentSpentUsd);
        }

        if ((party.Company?.DailyBudgetUsd ?? Budgets.CompanyDayUsd) is { } companyCap && party.Agent is { Company: var company })
        {
            yield return new DayBudget($"company '{company}'", companyCap, party.CompanySpentUsd);
        }
    }
}
