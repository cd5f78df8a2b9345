using DurableMesh.Core.Identity;
using DurableMesh.Functions.Threads;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// Which threads a caller wants and may see, as a condition in SQL. The text is made of what stands here alone; all that a caller
/// says is a parameter.
/// </summary>
internal sealed class ThreadConditions
{
    private readonly List<string> _conditions = [];
    private readonly List<string> _parties = [];
    private readonly List<(string Name, object Value)> _values = [];

    public ThreadConditions(ThreadFilter filter, Caller caller)
    {
        if (filter.State is { } state)
        {
            Add($"state = {Value((int)state)}");
        }

        if (filter.EndState is { } end)
        {
            Add($"end_state = {Value((int)end)}");
        }

        if (filter.McTask is { } task)
        {
            Add($"mc_task = {Value(task)}");
        }

        if (filter.IdPrefix is { } prefix)
        {
            // Ids are hexadecimal digits and hyphens, in lower case.
            var begin = Value(prefix.ToLowerInvariant());
            Add($"(id >= {begin} AND id < {begin} || '~')");
        }

        if (filter.AgentId is { } agent)
        {
            AddParty([agent]);
        }

        if (filter.CompanyAgents is { } agents)
        {
            AddParty(agents);
        }

        if (caller.Subject is { IsAgent: true, Name: var name })
        {
            AddParty([name]);
        }
    }

    /// <summary>Whether there is no condition.</summary>
    public bool IsNone => _conditions.Count == 0 && _parties.Count == 0;

    /// <summary>The condition, over the columns of <c>threads</c>.</summary>
    public string Sql => AllOf(_conditions.Concat(_parties.Select(OneOf)));

    /// <summary>What gives the numbers of the threads before one, the newest first, from indexes that have all that decides.</summary>
    /// <param name="before">The name of the parameter that is the number.</param>
    public string NumbersSql(string before)
    {
        var some = $"SELECT number FROM threads WHERE number < {before} AND "
            + AllOf(_conditions.Concat(_parties.Skip(1).Select(OneOf)));
        return _parties is [var names, ..]
            ? $"{some} AND initiator IN {names} UNION {some} AND responder IN {names} ORDER BY number DESC"
            : $"{some} ORDER BY number DESC";
    }

    /// <summary>Gives a command the values that the condition names.</summary>
    public void Bind(SqliteCommand command)
    {
        foreach (var (name, value) in _values)
        {
            command.Parameters.AddWithValue(name, value);
        }
    }

    private static string AllOf(IEnumerable<string> conditions) =>
        string.Join(" AND ", conditions.DefaultIfEmpty("TRUE"));

    private static string OneOf(string names) => $"(initiator IN {names} OR responder IN {names})";

    private void AddParty(IEnumerable<string> agents) =>
        _parties.Add($"({string.Join(", ", agents.Select(agent => Value(agent)))})");

    private void Add(string condition) => _conditions.Add(condition);

    private string Value(object value)
    {
        var name = $"$value{_values.Count}";
        _values.Add((name, value));
        return name;
    }
}
