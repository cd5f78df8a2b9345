using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Ledger;

/// <summary>
/// The day's budgets as a message or a call finds them: with what others have reserved and send at this moment, or a hundred at
/// once would all find the same money. What another host is asked counts once it is in the log.
/// </summary>
public sealed class CallBudgets(IMeshLedger ledger, IPolicySource policies)
{
    private readonly HashSet<Claim> _calls = [];
    private readonly Lock _gate = new();

    /// <summary>Asks for the money of a call; until the answer is on record it counts as reserved, where it can be had.</summary>
    /// <param name="thread">The thread that the call is for.</param>
    /// <param name="agentId">The party that makes it.</param>
    /// <param name="usd">What it can cost at most, in US dollars.</param>
    /// <param name="registry">The agents.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The budgets before the call; to be disposed of when the thread has answered.</returns>
    public async ValueTask<Claim> AskAsync(
        ThreadView thread, string agentId, decimal usd, AgentRegistry registry, CancellationToken cancellation)
    {
        await ledger.RefreshAsync(cancellation);
        lock (_gate)
        {
            var reservation = new Reservation(thread.ThreadId, agentId);
            var budgets = BudgetsOf(reservation, settles: true, registry);
            var claim = new Claim(budgets, Forget) { For = reservation, Usd = Fits(budgets, usd) ? Counted(thread, usd) : 0 };
            _calls.Add(claim);
            return claim;
        }
    }

    /// <summary>Asks for the money that a message has cost; until its thread has taken it in it counts as spent.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="message">The message.</param>
    /// <param name="registry">The agents.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The budgets before the message; to be disposed of when the thread has answered.</returns>
    public async ValueTask<Claim> AskAsync(
        ThreadView thread, IncomingMessage message, AgentRegistry registry, CancellationToken cancellation)
    {
        if (message.Usage is not { CostUsd: > 0 and var usd })
        {
            return new Claim([], _ => { });
        }

        await ledger.RefreshAsync(cancellation);
        lock (_gate)
        {
            var (sender, isTurn) = (new Reservation(thread.ThreadId, message.From), message.Kind.IsTurn());
            var counted = Counted(thread, usd);
            var budgets = BudgetsOf(sender, isTurn, registry);

            // One that will be turned away must not take the place of another meanwhile.
            var expected = new MessageUnderWay(sender, message.MessageId, Fits(budgets, counted) ? counted : 0, isTurn);
            ledger.Expect(expected);
            return new Claim(budgets, _ => ledger.Forget(expected));
        }
    }

    private List<DayBudget> BudgetsOf(Reservation own, bool settles, AgentRegistry registry)
    {
        var day = ledger.Standing();
        var agent = registry.Find(own.AgentId);
        var party = new GateParty(own.AgentId, agent, agent is null ? null : registry.FindCompany(agent.Company));
        var spent = day.Spent.Select(row => (AgentId: row.Key, Usd: row.Value))
            .Concat(day.UnderWay.Where(one => !one.IsTurn).Select(one => (one.For.AgentId, one.Usd)))
            .Concat(Reserved(day).Where(row => !settles || row.For != own).Select(row => (row.For.AgentId, row.Usd)));
        foreach (var (agentId, usd) in spent)
        {
            party = party with
            {
                AgentSpentUsd = party.AgentSpentUsd + (agentId == own.AgentId ? usd : 0),
                CompanySpentUsd = party.CompanySpentUsd
                    + (agent is not null && registry.Find(agentId)?.Company == agent.Company ? usd : 0),
            };
        }

        return [.. policies.Current.BudgetsOf(party)];
    }

    /// <summary>What is kept for each party's next turn: on record, or about to be, or that turn itself on its way.</summary>
    private IEnumerable<(Reservation For, decimal Usd)> Reserved(DayStanding day) => day.Reserved
        .Select(row => (For: row.Key, Usd: row.Value))
        .Concat(_calls.Select(claim => (claim.For, claim.Usd)))
        .Concat(day.UnderWay.Where(one => one.IsTurn).Select(one => (one.For, one.Usd)))
        .GroupBy(row => row.For, row => row.Usd)
        .Select(group => (group.Key, group.Max()));

    private static bool Fits(List<DayBudget> budgets, decimal usd) =>
        budgets.All(budget => budget.SpentUsd + usd <= budget.CapUsd);

    private static decimal Counted(ThreadView thread, decimal usd) =>
        DayBudget.Counted(usd, thread.Limits.CostCapUsd, thread.Usage.CostUsd);

    private void Forget(Claim claim)
    {
        lock (_gate)
        {
            _calls.Remove(claim);
        }
    }

    /// <summary>Money that is asked for.</summary>
    public sealed class Claim : IDisposable
    {
        private readonly Action<Claim> _forget;

        internal Claim(IReadOnlyList<DayBudget> budgets, Action<Claim> forget) =>
            (Budgets, _forget) = (budgets is [] ? null : budgets, forget);

        /// <summary>The budgets, with what others take, before this; null where there are none.</summary>
        public IReadOnlyList<DayBudget>? Budgets { get; }

        internal Reservation For { get; init; }

        internal decimal Usd { get; init; }

        /// <inheritdoc/>
        public void Dispose() => _forget(this);
    }
}
