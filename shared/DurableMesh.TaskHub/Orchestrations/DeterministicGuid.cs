using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>Durable Task's replayable GUIDs: version-5 UUIDs (RFC 9562 §5.5) of the instance, its clock and a counter.</summary>
internal static class DeterministicGuid
{
    /// <summary>The namespace that Durable Task uses for them.</summary>
    private static readonly Guid Namespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    /// <summary>The <paramref name="counter"/>-th GUID of an instance at <paramref name="now"/>.</summary>
    public static Guid Create(string instanceId, DateTime now, int counter)
    {
        byte[] name = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{now:o}_{counter}"));
        Span<byte> input = new byte[16 + name.Length];
        Namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input[16..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 for version 5; nothing is secured by it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
