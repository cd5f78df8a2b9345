namespace DurableMesh.Core.Policy;

/// <summary>What those have who name nothing of their own; null is no bound.</summary>
/// <param name="AgentDayUsd">US dollars that an agent may spend on a day (UTC).</param>
/// <param name="CompanyDayUsd">US dollars that a company's agents may spend on a day (UTC).</param>
/// <param name="OpenThreads">Open threads that an agent may take part in at once.</param>
public sealed record BudgetPolicy(decimal? AgentDayUsd, decimal? CompanyDayUsd, int? OpenThreads)
{
    /// <summary>No bounds but those that agents and companies name.</summary>
    public static BudgetPolicy None { get; } = new(null, null, null);
}
