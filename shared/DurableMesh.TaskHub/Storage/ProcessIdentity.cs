using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// Names one run of one process for good: a process id that the system gives out again, after a restart or in another
/// container, does not match.
/// </summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="ProcessId">The process id there.</param>
/// <param name="Stamp">On Linux boot id, pid namespace and start time (in ticks since boot); elsewhere the start time.</param>
internal sealed record ProcessIdentity(string Machine, int ProcessId, string Stamp)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } =
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("This process cannot find out when it was started.");

    /// <summary>The running process with this id, or null when there is none (or it cannot be looked at).</summary>
    public static ProcessIdentity? Of(int processId) =>
        StampOf(processId) is { } stamp ? new ProcessIdentity(Environment.MachineName, processId, stamp) : null;

    /// <summary>What other hosts are told about a host that runs in this process.</summary>
    /// <param name="hostId">Unique for each start of a host.</param>
    /// <param name="address">The base address of its HTTP API.</param>
    public HubOwner AsOwner(string hostId, string? address) => new(hostId, Machine, ProcessId, Stamp, address);

    /// <summary>The process that a partition's owner runs in.</summary>
    public static ProcessIdentity Of(HubOwner owner) => new(owner.Machine, owner.ProcessId, owner.ProcessStamp);

    /// <summary>
    /// Whether the process certainly runs no more. False when in doubt: another machine, another container, another boot. A
    /// stopped process (SIGSTOP) is alive.
    /// </summary>
    public bool IsProvablyDead()
    {
        if (Machine != Environment.MachineName || World(Stamp) != World(Current.Stamp))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(ProcessId);
        }
        catch (ArgumentException)
        {
            return true;
        }

        return StampOf(ProcessId) is { } stamp && (stamp != Stamp || IsZombie(ProcessId));
    }

    // All of the stamp but the start time: processes can be compared only where this is the same.
    private static string World(string stamp) => stamp[..(stamp.LastIndexOf('/') + 1)];

    private static string? StampOf(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
                var pidNamespace = new FileInfo("/proc/self/ns/pid").LinkTarget;
                return $"{boot}/{pidNamespace}/{LinuxStat(processId)[19]}";
            }

            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    // A killed process whose parent has not waited for it yet: nothing of it runs once its other threads are gone as well.
    private static bool IsZombie(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux()
                && LinuxStat(processId)[0] is "Z" or "X"
                && Directory.GetDirectories($"/proc/{processId}/task").Length <= 1;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // proc_pid_stat(5): the fields from the third (state) on; the second may itself hold spaces and parentheses. The 22nd is
    // the start time.
    private static string[] LinuxStat(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
