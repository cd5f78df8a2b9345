using System.Runtime.InteropServices;
using DurableMesh.Core.Redaction;

namespace DurableMesh.Tests.Core.Redaction;

public sealed class SipHashTests
{
    /// <summary>The authors' test vectors: the key is the bytes 0 to 15, the input so many bytes from 0 on.</summary>
    [Theory]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(10, 0x7a5dbbc594ddb9f3)]
    [InlineData(16, 0x3f2acc7f57c29bdb)]
    [InlineData(22, 0x93536795e3a33e88)]
    [InlineData(62, 0xe51b38608ef25f57)]
    public void The_published_vectors_come_out(int length, ulong expected)
    {
        byte[] input = [.. Enumerable.Range(0, length).Select(number => (byte)number)];
        var words = MemoryMarshal.Cast<byte, char>(input.AsSpan(sizeof(ulong)));
        Assert.Equal(expected, new SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908).Of(0x0706050403020100, words));
    }
}
