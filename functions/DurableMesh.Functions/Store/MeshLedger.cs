using System.Globalization;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>The ledger over the thread log: the index tells it every step once, in the log's order.</summary>
internal sealed class MeshLedger(Func<CancellationToken, ValueTask> refresh, TimeProvider time) : IMeshLedger
{
    /// <summary>The company of agents that the registry does not know (any more); no company can be called so.</summary>
    public const string NoCompany = "(unregistered)";

    private readonly Lock _gate = new();
    private readonly List<ThreadAccount> _accounts = [];
    private readonly Dictionary<DateOnly, DayAccount> _days = [];
    private readonly Dictionary<ThreadStanding, int> _standings = [];
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<Reservation, decimal> _reserved = [];
    private readonly List<MessageUnderWay> _underWay = [];
    private readonly PairAccounts _pairs = new();
    private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
    private Spend _spent = Spend.None;
    private long _messages;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    public ValueTask RefreshAsync(CancellationToken cancellation) => refresh(cancellation);

    public int OpenThreads(string agentId)
    {
        lock (_gate)
        {
            return _open.GetValueOrDefault(agentId);
        }
    }

    public decimal SpentToday(string agentId)
    {
        lock (_gate)
        {
            return _days.GetValueOrDefault(Today)?.Counted.GetValueOrDefault(agentId) ?? 0;
        }
    }

    public decimal CompanySpentToday(string company, AgentRegistry agents)
    {
        lock (_gate)
        {
            return _days.GetValueOrDefault(Today)?.Counted
                .Where(row => CompanyOf(row.Key, agents) == company)
                .Sum(row => row.Value) ?? 0;
        }
    }

    public DayStanding Standing()
    {
        lock (_gate)
        {
            return new DayStanding(
                _days.GetValueOrDefault(Today)?.Counted.ToDictionary() ?? [], _reserved.ToDictionary(), [.. _underWay]);
        }
    }

    public void Expect(MessageUnderWay message)
    {
        lock (_gate)
        {
            _underWay.Add(message);
        }
    }

    public void Forget(MessageUnderWay message)
    {
        lock (_gate)
        {
            _underWay.RemoveAll(one => ReferenceEquals(one, message));
        }
    }

    public MeshStats Stats(AgentRegistry agents)
    {
        lock (_gate)
        {
            return new MeshStats
            {
                Agents = agents.Count,
                Companies = agents.Companies.Count(),
                Threads = _accounts.Count,
                Messages = _messages,
                Open = Count(standing => standing.IsOpen),
                Held = Count(standing => standing.State == ThreadPhase.Held),
                Pass = Count(standing => standing.EndState == EndState.Pass),
                Partial = Count(standing => standing.EndState == EndState.Partial),
                Blocked = Count(standing => standing.EndState == EndState.Blocked),
                Answered = Count(standing => standing.EndState == EndState.Answered),
                ByReason = _standings.Where(row => row.Key.Reason is not null && row.Value > 0)
                    .GroupBy(row => row.Key.Reason!.Value, row => row.Value)
                    .ToDictionary(group => group.Key, group => group.Sum()),
                CostUsd = _spent.Usage.CostUsd,
                CostTodayUsd = _days.GetValueOrDefault(Today)?.Agents.Values.Sum(spend => spend.Usage.CostUsd) ?? 0,
                Tokens = _spent.Usage.InputTokens + _spent.Usage.OutputTokens,
                Unpriced = _spent.Unpriced,
            };
        }
    }

    public CostsPage? Costs(CostQuery query, AgentRegistry agents)
    {
        List<SpentByAgent> spent;
        lock (_gate)
        {
            spent = [.. _days.Where(day => query.Covers(day.Key))
                .SelectMany(day => day.Value.Agents, (day, row) => new SpentByAgent(day.Key, row.Key, row.Value))];
        }

        var page = query.By switch
        {
            CostGrouping.Thread => ThreadPage(query),
            CostGrouping.Day => CostPage.NewestFirst(spent, query),
            CostGrouping.Company => CostPage.DearestFirst(spent, one => CompanyOf(one.Agent, agents), query),
            _ => CostPage.DearestFirst(spent, one => one.Agent, query),
        };
        var total = spent.Aggregate(Spend.None, (sum, one) => sum + one.Spend);
        return page is null ? null : new CostsPage(query.By, query.From, query.To, total, page.Rows, page.Next);
    }

    public PairStats? Pairs(PairQuery query, IReadOnlyDictionary<PairKey, BaselineRow> baseline)
    {
        lock (_gate)
        {
            return _pairs.Page(query, baseline);
        }
    }

    /// <summary>Begins to count a thread, in the order in which threads begin.</summary>
    public ThreadAccount Open(string threadId)
    {
        lock (_gate)
        {
            var account = new ThreadAccount(threadId, _accounts.Count);
            _accounts.Add(account);
            return account;
        }
    }

    /// <summary>Counts a step: what it added to the transcript, and where the thread is now.</summary>
    public void Count(ThreadAccount account, RecordOutline step)
    {
        lock (_gate)
        {
            foreach (var entry in step.Entries)
            {
                if (entry.Opening is { } opening)
                {
                    (account.Initiator, account.Responder) = (Known(opening.Initiator), Known(opening.Responder));
                    account.CostCapUsd = opening.CostCapUsd;
                }

                if (entry.Message is { } message)
                {
                    _messages++;
                    Count(account, message, entry.Day);
                }
            }

            if (step.End is { } end && account.Standing is not { State: ThreadPhase.Ended })
            {
                _pairs.Add(account, step.Standing, end);
            }

            Move(account, step.Standing);
            Reserve(new(account.ThreadId, account.Initiator), step.Reserved?.Initiator ?? 0);
            Reserve(new(account.ThreadId, account.Responder), step.Reserved?.Responder ?? 0);
        }
    }

    private void Count(ThreadAccount account, MessageOutline message, DateOnly day)
    {
        var sender = new Reservation(account.ThreadId, message.From);
        _underWay.RemoveAll(one => one.MessageId == message.MessageId && one.For == sender);
        if (message.Spend is not { } spend)
        {
            return;
        }

        if (!_days.TryGetValue(day, out var spentOn))
        {
            _days[day] = spentOn = new DayAccount(account.Number);
        }

        spentOn.Add(
            Known(message.From),
            account.Number,
            spend,
            DayBudget.Counted(spend.Usage.CostUsd, account.CostCapUsd, account.SettledUsd));
        _spent += spend;
        account.Add(day, spend);
    }

    private void Move(ThreadAccount account, ThreadStanding standing)
    {
        var before = account.Standing;
        if (before == standing)
        {
            return;
        }

        account.Standing = standing;
        Change(_standings, standing, 1);
        if (before is { } last)
        {
            Change(_standings, last, -1);
        }

        var opened = (standing.IsOpen ? 1 : 0) - (before?.IsOpen == true ? 1 : 0);
        if (opened != 0)
        {
            Change(_open, account.Initiator, opened);
            Change(_open, account.Responder, opened);
        }
    }

    private void Reserve(Reservation reservation, decimal usd)
    {
        if (usd == 0)
        {
            _reserved.Remove(reservation);
        }
        else
        {
            _reserved[reservation] = usd;
        }
    }

    /// <summary>One text for all that name an agent, so that a hundred thousand threads do not keep two each.</summary>
    private string Known(string agentId)
    {
        if (!_agents.TryGetValue(agentId, out var known))
        {
            _agents.Add(known = agentId);
        }

        return known;
    }

    private CostPage? ThreadPage(CostQuery query)
    {
        var before = int.MaxValue;
        if (query.Cursor is { } cursor && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            return null;
        }

        var rows = new List<CostRow>();
        lock (_gate)
        {
            var days = _days.Where(day => query.Covers(day.Key)).Select(day => day.Value).ToList();
            var first = days.Select(day => day.FirstThread).DefaultIfEmpty(_accounts.Count).Min();
            var last = days.Select(day => day.LastThread).DefaultIfEmpty(-1).Max();
            for (var n = Math.Min(last, before - 1); n >= first; n--)
            {
                if (_accounts[n].SpentOn(query.Covers) is not { } spend)
                {
                    continue;
                }

                if (rows.Count == query.Limit)
                {
                    return new CostPage(rows, (n + 1).ToString(CultureInfo.InvariantCulture));
                }

                rows.Add(new CostRow(_accounts[n].ThreadId, spend));
            }
        }

        return new CostPage(rows, null);
    }

    private int Count(Func<ThreadStanding, bool> which) => _standings.Where(row => which(row.Key)).Sum(row => row.Value);

    private static void Change<TKey>(Dictionary<TKey, int> counts, TKey key, int change)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + change;

    private static string CompanyOf(string agentId, AgentRegistry agents) => agents.Find(agentId)?.Company ?? NoCompany;
}
