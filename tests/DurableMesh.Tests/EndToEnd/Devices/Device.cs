using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace DurableMesh.Tests.EndToEnd.Devices;

/// <summary>How a link is cut.</summary>
public enum LinkCut
{
    /// <summary>The interface goes down.</summary>
    Down,

    /// <summary>What this side sends to the device is dropped without a word; what the device sends still arrives.</summary>
    Silent,
}

/// <summary>
/// Another machine: a network namespace at the other end of a pair of interfaces. Linux only, and only for root.
/// </summary>
internal sealed class Device : IDisposable
{
    private static int _devices;

    private readonly string _space;
    private readonly string _interface;
    private LinkCut? _cut;

    private Device(int number)
    {
        (_space, _interface) = ($"mesh-test-{number}", $"mesh{number}");

        // Of the addresses for tests between networks (RFC 2544), four for each device.
        int first = (198 << 24) | (18 << 16) | (number % 32768 * 4);
        (Here, There) = (At(first + 1), At(first + 2));
    }

    /// <summary>This side of the link.</summary>
    public IPAddress Here { get; }

    /// <summary>The device's side.</summary>
    public IPAddress There { get; }

    /// <summary>Makes one; skips the test, with the reason, where that is not permitted.</summary>
    public static Device CreateOrSkip()
    {
        var device = new Device((Environment.ProcessId * 4) + (Interlocked.Increment(ref _devices) % 4));
        try
        {
            device.Create();
            return device;
        }
        catch (Exception failure) when (failure is NotPermittedException or System.ComponentModel.Win32Exception)
        {
            device.Dispose();
            Assert.Skip($"Network namespaces are not permitted here: {failure.Message}");
            throw;
        }
    }

    /// <summary>A program that runs on the device.</summary>
    public ProcessStartInfo Start(string program, params IEnumerable<string> arguments) =>
        new("ip", ["netns", "exec", _space, program, .. arguments]);

    /// <summary>Cuts the link.</summary>
    public void Cut(LinkCut how)
    {
        if (how == LinkCut.Down)
        {
            Ip("link", "set", _interface, "down");
        }
        else
        {
            Ip("route", "add", "blackhole", There.ToString());
        }

        _cut = how;
    }

    /// <summary>Mends the link.</summary>
    public void Mend()
    {
        if (_cut == LinkCut.Down)
        {
            Ip("link", "set", _interface, "up");
        }
        else if (_cut == LinkCut.Silent)
        {
            Ip("route", "del", "blackhole", There.ToString());
        }

        _cut = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Try(Mend);

        // The interface stays as long as its peer's namespace has a process; so it goes by name.
        Try(() => Ip("link", "del", _interface));
        Try(() => Ip("netns", "del", _space));
    }

    private void Create()
    {
        Ip("netns", "add", _space);
        Ip("link", "add", _interface, "type", "veth", "peer", "name", "mesh", "netns", _space);
        Ip("addr", "add", $"{Here}/30", "dev", _interface);
        Ip("link", "set", _interface, "up");
        Ip("-n", _space, "addr", "add", $"{There}/30", "dev", "mesh");
        Ip("-n", _space, "link", "set", "mesh", "up");
        Ip("-n", _space, "link", "set", "lo", "up");
    }

    private static void Ip(params string[] arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string error = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new NotPermittedException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
        }
    }

    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception gone) when (gone is NotPermittedException or System.ComponentModel.Win32Exception)
        {
            // It is not there, or never was.
        }
    }

    private static IPAddress At(int address) => IPAddress.Parse(((uint)address).ToString(CultureInfo.InvariantCulture));

    private sealed class NotPermittedException(string message) : Exception(message);
}
