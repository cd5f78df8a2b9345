namespace DurableMesh.Cli.Agents;

/// <summary>Appends lines to the file of <c>MESH_REPLY</c>, whole ones, also where several programs do so at once.</summary>
internal static class ReplyFile
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);

    /// <summary>Appends a line.</summary>
    /// <exception cref="CliException">The file is not there, or cannot be written.</exception>
    public static async Task AppendAsync(string path, string line, CancellationToken cancellation)
    {
        try
        {
            using var turn = await TakeTurnAsync(path + ".lock", cancellation);
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
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
        while (true)
        {
            try
            {
                return new FileStream(
                    path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (IOException taken) when (taken is not (FileNotFoundException or DirectoryNotFoundException))
            {
                await Task.Delay(BetweenTries, cancellation);
            }
        }
    }
}
