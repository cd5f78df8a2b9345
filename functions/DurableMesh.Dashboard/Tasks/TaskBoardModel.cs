using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Tasks;

/// <summary>What was asked of the board.</summary>
/// <param name="Owner">An owner, with what he is or without; null for all.</param>
/// <param name="Company">A company's id; null for all.</param>
/// <param name="State">The only state that is shown; null for all.</param>
/// <param name="Page">Which page of that state, the first one is 1.</param>
public sealed record TaskBoardQuery(string? Owner, string? Company, MissionTaskState? State, int Page);

/// <summary>What the board shows.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="Columns">A column for each state that is shown.</param>
/// <param name="Threads">The threads about the tasks shown that have not ended, by the task's id.</param>
/// <param name="CompanyNames">What people call the companies, by id.</param>
public sealed record TaskBoardModel(
    TaskBoardQuery Asked,
    IReadOnlyList<TaskColumn> Columns,
    ILookup<string, ThreadView> Threads,
    IReadOnlyDictionary<string, string> CompanyNames)
{
    /// <summary>How many tasks a column shows beside others.</summary>
    public const int ColumnLength = 20;

    /// <summary>How many tasks a column shows that stands alone.</summary>
    public const int PageLength = 60;

    /// <summary>How many running threads are looked for.</summary>
    public const int MostThreads = 300;

    /// <summary>How many tasks there are as asked.</summary>
    public int Found => Columns.Sum(column => column.Count);
}

/// <summary>The tasks of one state, the newest first.</summary>
/// <param name="State">The state.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Tasks">Those that are shown.</param>
public sealed record TaskColumn(MissionTaskState State, int Count, IReadOnlyList<MissionTask> Tasks);

/// <summary>What the page of a task shows.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Task">The task; null where only threads name it, because it is kept elsewhere.</param>
/// <param name="Threads">Its newest threads.</param>
/// <param name="More">Whether there are more threads.</param>
/// <param name="CompanyName">What people call its company.</param>
public sealed record TaskModel(
    string Id, MissionTask? Task, IReadOnlyList<ThreadView> Threads, bool More, string? CompanyName)
{
    /// <summary>How many threads it shows.</summary>
    public const int MostThreads = 15;
}
