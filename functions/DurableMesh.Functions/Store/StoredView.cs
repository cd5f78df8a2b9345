using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A thread's state as it was recorded: the index keeps one of every thread for good, as text, and few of them are looked at.
/// </summary>
internal sealed class StoredView
{
    private readonly byte[] _utf8;

    public StoredView(ThreadView view) => _utf8 = JsonSerializer.SerializeToUtf8Bytes(view, AppJson.TypeInfo<ThreadView>());

    public StoredView(ReadOnlySpan<byte> utf8) => _utf8 = utf8.ToArray();

    /// <summary>The state as JSON.</summary>
    public byte[] Utf8 => _utf8;

    /// <summary>The state, read anew each time.</summary>
    public ThreadView Value => JsonSerializer.Deserialize(_utf8, AppJson.TypeInfo<ThreadView>())!;
}
