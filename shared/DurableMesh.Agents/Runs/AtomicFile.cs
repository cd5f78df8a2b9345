using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DurableMesh.Agents.Runs;

/// <summary>Files that are replaced as a whole or not at all, and that their owner alone can read.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="value">The content.</param>
    /// <param name="type">Its JSON.</param>
    /// <param name="durable">Whether it must be on the disk when this returns; otherwise a loss of power may undo it.</param>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type, bool durable)
    {
        var next = path + ".next";
        using (var file = PrivateFolder.Open(next, FileMode.Create))
        {
            JsonSerializer.Serialize(file, value, type);
            file.Flush(flushToDisk: durable);
        }

        File.Move(next, path, overwrite: true);
    }
}
