using DurableMesh.Core.Agents;
using DurableMesh.Core.Money;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Ledger;

/// <summary>
/// The day's budgets as a call finds them: with what other calls may still cost, also those that ask at this moment, or a hundred at
/// once would all find the same money. What is asked of another host counts once it is in the log.
/// </summary>
public sealed class CallBudgets(IMeshLedger ledger, IPolicySource policies)
{
    private readonly HashSet<Claim> _claims = [];
    private readonly Lock _gate = new();

    /// <summary>Asks for money; until the answer is on record it counts as reserved.</summary>
    /// <param name="reservation">The thread that the call is for, and the party that makes it.</param>
    /// <param name="usd">What the call can cost at most, in US dollars.</param>
    /// <param name="registry">The agents.</param>
    /// <returns>The budgets before the call; to be disposed of when the thread has answered.</returns>
    public Claim Ask(Reservation reservation, decimal usd, AgentRegistry registry)
    {
        lock (_gate)
        {
            var party = ledger.PartyOf(reservation.AgentId, registry);
            foreach (var (agentId, reserved) in ReservedBeside(reservation))
            {
                party = party with
                {
                    AgentSpentUsd = party.AgentSpentUsd + (agentId == reservation.AgentId ? reserved : 0),
                    CompanySpentUsd = party.CompanySpentUsd + (registry.Find(agentId)?.Company == party.Agent?.Company ? reserved : 0),
                };
            }

            var claim = new Claim(this, reservation, usd, [.. policies.Current.BudgetsOf(party)]);
            _claims.Add(claim);
            return claim;
        }
    }

    /// <summary>What is on record, or is about to be; a new reservation takes the place of the one that it is for.</summary>
    private IEnumerable<(string AgentId, decimal Usd)> ReservedBeside(Reservation reservation) => _claims
        .Select(claim => KeyValuePair.Create(claim.Reservation, claim.Usd))
        .Concat(ledger.Reserved())
        .Where(row => row.Key != reservation)
        .GroupBy(row => row.Key, row => row.Value)
        .Select(group => (group.Key.AgentId, group.Max()));

    private void Forget(Claim claim)
    {
        lock (_gate)
        {
            _claims.Remove(claim);
        }
    }

    /// <summary>Money that is asked for.</summary>
    public sealed class Claim : IDisposable
    {
        private readonly CallBudgets _owner;

        internal Claim(CallBudgets owner, Reservation reservation, decimal usd, IReadOnlyList<DayBudget> budgets) =>
            (_owner, Reservation, Usd, Budgets) = (owner, reservation, usd, budgets);

        /// <summary>The budgets, other calls included, before this one.</summary>
        public IReadOnlyList<DayBudget> Budgets { get; }

        internal Reservation Reservation { get; }

        internal decimal Usd { get; }

        /// <inheritdoc/>
        public void Dispose() => _owner.Forget(this);
    }
}
