using System.Diagnostics;
using System.Text;

namespace DurableMesh.Agents.Commands;

/// <summary>Appends lines to the file of <c>MESH_REPLY</c>, whole ones, also where several programs do so at once.</summary>
internal static class ReplyFile
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Appends a line.</summary>
    /// <exception cref="IOException">The file is not there, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static Task AppendAsync(string path, string line, CancellationToken cancellation) =>
        AppendAsync(path, _ => line, cancellation);

    /// <summary>Appends a line that follows from the lines that are there; nobody else writes in between.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choose">From the lines that are there to the one to append; null for none.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Whether a line was appended.</returns>
    public static async Task<bool> AppendAsync(
        string path, Func<IReadOnlyList<string>, string?> choose, CancellationToken cancellation)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        using var turn = await TakeTurnAsync(path + ".lock", cancellation);
        using var text = new StreamReader(file, leaveOpen: true);
        var lines = (await text.ReadToEndAsync(cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (choose(lines) is not { } line)
        {
            return false;
        }

        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellation);
        return true;
    }

    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken cancellation)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                // The file stays: if it went with its holder, one waiting for it and one making it anew would both have it.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 1);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(BetweenTries, cancellation);
            }
        }
    }
}
