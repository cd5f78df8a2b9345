using System.Globalization;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>The ledger over the thread log: the index tells it every step once, in the log's order.</summary>
internal sealed class MeshLedger(Func<CancellationToken, ValueTask> refresh, TimeProvider time, IPast past) : IMeshLedger
{
    /// <summary>The company of agents that the registry does not know (any more); no company can be called so.</summary>
    public const string NoCompany = "(unregistered)";

    private readonly Lock _gate = new();
    private readonly ThreadAccounts _accounts = new(past);
    private readonly Dictionary<DateOnly, DayAccount> _days = [];
    private readonly Dictionary<ThreadStanding, int> _standings = [];
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<Reservation, decimal> _reserved = [];
    private readonly List<MessageUnderWay> _underWay = [];
    private readonly PairAccounts _pairs = new();
    private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
    private Lazy<PairAccounts>? _pastPairs;
    private Spend _spent = Spend.None;
    private long _messages;
    private int _threads;

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
                Threads = _threads,
                Messages = _messages,
                Open = Count(standing => standing.IsOpen),
                Held = Count(standing => standing.State == ThreadPhase.Held),
                Pass = Count(standing => standing.EndState == EndState.Pass),
                Partial = Count(standing => standing.EndState == EndState.Partial),
                Blocked = Count(standing => standing.EndState == EndState.Blocked),
                Answered = Count(standing => standing.EndState == EndState.Answered),
                ByReason = _standings.Where(row => row.Key.Reason is not null && row.Value > 0)
                    .GroupBy(row => row.Key.Reason!.Value, row => row.Value)
                    .OrderBy(group => group.Key)
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
        // Those of the past are read when somebody asks first: no step waits for them.
        var before = _pastPairs?.Value;
        lock (_gate)
        {
            if (before is not null && _pastPairs is not null)
            {
                _pairs.Add(before);
                _pastPairs = null;
            }

            return _pairs.Page(query, baseline);
        }
    }

    /// <summary>Begins with what was counted before.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="running">The threads that have not ended.</param>
    public void Begin(LedgerSums sums, IEnumerable<ThreadAccount> running)
    {
        lock (_gate)
        {
            (_threads, _messages) = (sums.Threads, sums.Messages);
            _pastPairs = new Lazy<PairAccounts>(past.Pairs, LazyThreadSafetyMode.PublicationOnly);
            foreach (var (standing, threads) in sums.Standings)
            {
                _standings[standing] = threads;
            }

            foreach (var day in sums.Days)
            {
                DayOf(day.Day).Add(day.AgentId, day.FirstThread, day.LastThread, day.Spend, day.CountedUsd);
                _spent += day.Spend;
            }

            foreach (var account in running)
            {
                Return(account);
                Reserve(account);
                if (account.Standing?.IsOpen == true)
                {
                    Change(_open, account.Initiator, 1);
                    Change(_open, account.Responder, 1);
                }
            }
        }
    }

    /// <summary>All that was spent, by day and agent.</summary>
    public IReadOnlyList<SpentOnDay> Days()
    {
        lock (_gate)
        {
            return
            [
                .. from day in _days
                   from row in day.Value.Agents
                   select new SpentOnDay(
                       day.Key,
                       row.Key,
                       row.Value,
                       day.Value.Counted.GetValueOrDefault(row.Key),
                       day.Value.FirstThread,
                       day.Value.LastThread),
            ];
        }
    }

    /// <summary>Keeps the account of a thread that had left.</summary>
    public void Recall(ThreadAccount account)
    {
        lock (_gate)
        {
            Return(account);
        }
    }

    /// <summary>Lets go of the account of a thread that has ended, which the past has now.</summary>
    public void LetGo(ThreadAccount account)
    {
        lock (_gate)
        {
            _accounts.Remove(account);
        }
    }

    /// <summary>Counts a step: what it added to the transcript, and where the thread is now.</summary>
    public void Count(ThreadAccount account, RecordOutline step)
    {
        lock (_gate)
        {
            if (account.Number is null)
            {
                account.Number = _threads++;
                Return(account);
            }

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
                _pairs.Add(account.Initiator, account.Responder, step.Standing, end, account.Spent);
            }

            Move(account, step.Standing);
            account.Reserved = step.Reserved;
            Reserve(account);
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

        var number = account.Number!.Value;
        DayOf(day).Add(
            Known(message.From),
            number,
            number,
            spend,
            DayBudget.Counted(spend.Usage.CostUsd, account.CostCapUsd, account.SettledUsd));
        _spent += spend;
        account.Add(day, spend);
    }

    private void Return(ThreadAccount account)
    {
        (account.Initiator, account.Responder) = (Known(account.Initiator), Known(account.Responder));
        _accounts.Add(account);
    }

    private DayAccount DayOf(DateOnly day) => _days.TryGetValue(day, out var known) ? known : _days[day] = new DayAccount();

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

    private void Reserve(ThreadAccount account)
    {
        Reserve(new(account.ThreadId, account.Initiator), account.Reserved?.Initiator ?? 0);
        Reserve(new(account.ThreadId, account.Responder), account.Reserved?.Responder ?? 0);
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

        int first, last;
        lock (_gate)
        {
            var days = _days.Where(day => query.Covers(day.Key)).Select(day => day.Value).ToList();
            first = days.Select(day => day.FirstThread).DefaultIfEmpty(_threads).Min();
            last = Math.Min(days.Select(day => day.LastThread).DefaultIfEmpty(-1).Max(), before - 1);
        }

        var rows = new List<CostRow>();
        foreach (var account in _accounts.Descend(first, last))
        {
            if (account.SpentOn(query.Covers) is not { } spend)
            {
                continue;
            }

            if (rows.Count == query.Limit)
            {
                return new CostPage(rows, (account.Number!.Value + 1).ToString(CultureInfo.InvariantCulture));
            }

            rows.Add(new CostRow(account.ThreadId, spend));
        }

        return new CostPage(rows, null);
    }

    private int Count(Func<ThreadStanding, bool> which) => _standings.Where(row => which(row.Key)).Sum(row => row.Value);

    private static void Change<TKey>(Dictionary<TKey, int> counts, TKey key, int change)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + change;

    private static string CompanyOf(string agentId, AgentRegistry agents) => agents.Find(agentId)?.Company ?? NoCompany;
}
