using System.Buffers.Binary;
using System.IO.Hashing;

namespace DurableMesh.TaskHub.Log;

/// <summary>
/// The envelope of a commit in the log: 4 bytes of magic and version, CRC-32 of all that follows it, payload length, commit
/// number, flags, then the payload. All numbers are little-endian. A commit that is larger than one block goes out in several
/// frames of one number; only the last lacks <see cref="MoreFollows"/>, and without it none of them counts.
/// </summary>
internal static class CommitFrame
{
    /// <summary>How many bytes stand before the payload.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Flag: the commit goes on in the next frame.</summary>
    public const uint MoreFollows = 1;

    private static ReadOnlySpan<byte> Magic => "DML\u0001"u8;

    /// <summary>Fills <paramref name="frame"/>, whose payload is in place already.</summary>
    public static void Seal(Span<byte> frame, long commit, bool more)
    {
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], (uint)(frame.Length - HeaderBytes));
        BinaryPrimitives.WriteInt64LittleEndian(frame[12..], commit);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[20..], more ? MoreFollows : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32.HashToUInt32(frame[8..]));
    }

    /// <summary>Reads the frame at the start of <paramref name="bytes"/>.</summary>
    public static FrameStatus TryRead(ReadOnlySpan<byte> bytes, out long commit, out bool more, out int payloadLength)
    {
        (commit, more, payloadLength) = (0, false, 0);
        if (bytes.Length < HeaderBytes)
        {
            return FrameStatus.Incomplete;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (!bytes.StartsWith(Magic) || length > int.MaxValue - HeaderBytes)
        {
            return FrameStatus.Damaged;
        }

        if (bytes.Length - HeaderBytes < length)
        {
            return FrameStatus.Incomplete;
        }

        ReadOnlySpan<byte> frame = bytes[..(HeaderBytes + (int)length)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32.HashToUInt32(frame[8..]))
        {
            return FrameStatus.Damaged;
        }

        commit = BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]);
        more = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) & MoreFollows) != 0;
        payloadLength = (int)length;
        return FrameStatus.Whole;
    }

    /// <summary>Whether <paramref name="bytes"/> begin with a frame of a version behind this one.</summary>
    public static bool IsNewer(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Magic.Length && bytes.StartsWith(Magic[..^1]) && bytes[Magic.Length - 1] > Magic[^1];

    /// <summary>Where the next whole frame begins in <paramref name="bytes"/>, or -1.</summary>
    public static int FindWhole(ReadOnlySpan<byte> bytes)
    {
        for (int offset = 0; bytes[offset..].IndexOf(Magic) is >= 0 and var found; offset++)
        {
            offset += found;
            if (TryRead(bytes[offset..], out _, out _, out _) == FrameStatus.Whole)
            {
                return offset;
            }
        }

        return -1;
    }
}

/// <summary>What stands at a place in the log.</summary>
internal enum FrameStatus
{
    /// <summary>A whole frame with a matching checksum.</summary>
    Whole,

    /// <summary>The beginning of a frame, cut off by the end of the bytes.</summary>
    Incomplete,

    /// <summary>Something else.</summary>
    Damaged,
}
