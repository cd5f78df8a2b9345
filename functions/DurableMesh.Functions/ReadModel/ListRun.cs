using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>One list of threads from the tables, as they are at one moment.</summary>
internal sealed class ListRun(SqliteConnection connection, ThreadFilter filter, Caller caller)
{
    /// <summary>Reads a page, and where the next one starts.</summary>
    /// <exception cref="UnknownPositionException">No page gave that position.</exception>
    public (IReadOnlyList<ThreadView> Threads, LogPosition? Next) Find(int limit, LogPosition? before)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        using var threads = new ThreadRows(connection);
        var found = new List<ThreadView>();
        LogPosition? last = null;
        foreach (var number in NumbersBefore(ThreadRows.NumberOf(connection, before)))
        {
            var (began, view) = threads.Read(number);
            if (!caller.Sees(view))
            {
                continue;
            }

            if (found.Count == limit)
            {
                return (found, last);
            }

            found.Add(view);
            last = began;
        }

        return (found, null);
    }

    /// <summary>The numbers of the threads that are wanted, the newest first; an index has all that decides.</summary>
    private IEnumerable<long> NumbersBefore(long before)
    {
        var conditions = new ThreadConditions(filter, caller);
        using var command = connection.CreateCommand();
        command.CommandText = conditions.NumbersSql("$before");
        command.Parameters.AddWithValue("$before", before);
        conditions.Bind(command);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            yield return row.GetInt64(0);
        }
    }
}
