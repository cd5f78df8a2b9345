using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A thread's state as it was recorded: the index keeps one of every thread for good, as text, and few of them are looked at.
/// </summary>
internal sealed class StoredView
{
    private readonly ThreadView? _view;
    private byte[]? _utf8;

    /// <param name="view">The state.</param>
    /// <param name="isBrief">Whether it is kept for a moment only: then nothing is written that nobody asks for.</param>
    public StoredView(ThreadView view, bool isBrief = false)
    {
        _view = isBrief ? view : null;
        _utf8 = isBrief ? null : Write(view);
    }

    public StoredView(ReadOnlySpan<byte> utf8) => _utf8 = utf8.ToArray();

    /// <summary>The state as JSON.</summary>
    public byte[] Utf8 => _utf8 ??= Write(_view!);

    /// <summary>The state, read anew each time.</summary>
    public ThreadView Value => _view ?? JsonSerializer.Deserialize(Utf8, AppJson.TypeInfo<ThreadView>())!;

    private static byte[] Write(ThreadView view) =>
        JsonSerializer.SerializeToUtf8Bytes(view, AppJson.TypeInfo<ThreadView>());
}
