using System.Runtime.InteropServices;

namespace DurableMesh.Agents.Processes;

/// <summary>Signals to processes, which .NET can only kill.</summary>
internal static class PosixSignal
{
    /// <summary>Asks a process to end.</summary>
    public const int Terminate = 15;

    /// <summary>Ends it.</summary>
    public const int Kill = 9;

    /// <summary>Sends a signal; to a process that is gone it is lost.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="signal">The signal.</param>
    public static void Send(int processId, int signal) => _ = SendTo(processId, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendTo(int processId, int signal);
}
