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
    public bool IsNone => _conditions.Count == 0;

    /// <summary>The condition, over the columns of <c>threads</c>.</summary>
    public string Sql => IsNone ? "TRUE" : string.Join(" AND ", _conditions);

    /// <summary>Gives a command the values that the condition names.</summary>
    public void Bind(SqliteCommand command)
    {
        foreach (var (name, value) in _values)
        {
            command.Parameters.AddWithValue(name, value);
        }
    }

    private void AddParty(IEnumerable<string> agents)
    {
        var names = string.Join(", ", agents.Select(agent => Value(agent)));
        Add($"(initiator IN ({names}) OR responder IN ({names}))");
    }

    private void Add(string condition) => _conditions.Add(condition);

    private string Value(object value)
    {
        var name = $"$value{_values.Count}";
        _values.Add((name, value));
        return name;
    }
}
