using System.Globalization;
using System.Text;

namespace DurableMesh.Agents.Processes;

/// <summary>
/// All processes of one run. They are known by a mark in their environment, which a child inherits, and by the session that the
/// run was started in; so a child that left its parent, or outlived a killed runner, is found as well. (Linux; elsewhere a run's
/// tree is what the system says.)
/// </summary>
internal static class ProcessTree
{
    /// <summary>The variable that holds the mark.</summary>
    public const string MarkVariable = "MESH_RUN";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends all that is left of a run: asks first, and kills after a second.</summary>
    /// <param name="mark">The run's mark.</param>
    /// <param name="session">The session that it was started in; 0 where it has none of its own.</param>
    public static async Task EndAsync(string mark, int session)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var clock = TimeProvider.System.GetTimestamp();
        var asked = new HashSet<int>();
        while (Members(mark, session) is { Count: > 0 } members)
        {
            var late = TimeProvider.System.GetElapsedTime(clock) > Grace;
            foreach (var member in members)
            {
                if (late)
                {
                    PosixSignal.Send(member, PosixSignal.Kill);
                }
                else if (asked.Add(member))
                {
                    PosixSignal.Send(member, PosixSignal.Terminate);
                }
            }

            await Task.Delay(BetweenLooks);
        }
    }

    private static List<int> Members(string mark, int session)
    {
        var marked = Encoding.UTF8.GetBytes($"{MarkVariable}={mark}\0");
        var members = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && process != Environment.ProcessId
                && IsAlive(folder, out var its)
                && ((session != 0 && its == session) || HasMark(folder, marked)))
            {
                members.Add(process);
            }
        }

        return members;
    }

    /// <summary>
    /// Whether a process runs, and its session: the sixth field of its stat, whose second is a name in parentheses.
    /// </summary>
    private static bool IsAlive(string folder, out int session)
    {
        session = 0;
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            session = int.Parse(fields[3], CultureInfo.InvariantCulture);
            return fields[0] is not ("Z" or "X");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool HasMark(string folder, byte[] marked)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(marked) >= 0;
        }
        catch (Exception foreign) when (foreign is IOException or UnauthorizedAccessException)
        {
            // Somebody else's process, or one that has just ended.
            return false;
        }
    }
}
