using System.Diagnostics;

namespace DurableMesh.Cli.Agents;

/// <summary>Appends lines to the file of <c>MESH_REPLY</c>, whole ones, also where several programs do so at once.</summary>
internal static class ReplyFile
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Appends a line.</summary>
    /// <exception cref="CliException">The file is not there, or cannot be written.</exception>
    public static async Task AppendAsync(string path, string line, CancellationToken cancellation)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            using var turn = await TakeTurnAsync(path + ".lock", cancellation);
            file.Seek(0, SeekOrigin.End);
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"), cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{path} (MESH_REPLY) cannot be written: {failure.Message}", failure);
        }
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
