using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Artifacts;

/// <summary>Files as artifacts: read as far as an artifact goes, written whole or not at all.</summary>
internal static class ArtifactFile
{
    /// <summary>Reads a file, or standard input where the name is <c>-</c>.</summary>
    /// <exception cref="CliException">It cannot be read, or is too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            await using var input = name == InputText.StandardInput ? terminal.OpenInput() : File.OpenRead(name);
            using var content = new MemoryStream();
            var piece = new byte[64 * 1024];
            while (await input.ReadAsync(piece, cancellation) is > 0 and var read)
            {
                content.Write(piece, 0, read);
                if (content.Length > ArtifactRules.MaxBytes)
                {
                    throw new CliException(
                        ExitCode.Usage,
                        $"{InputText.Name(name)} is too large: an artifact may have {ArtifactRules.MaxBytes} bytes.");
                }
            }

            return content.GetBuffer().AsMemory(0, (int)content.Length);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{InputText.Name(name)} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Writes a file beside its place first, so that nobody sees half of it.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task WriteAsync(string name, byte[] content, CancellationToken cancellation)
    {
        var unfinished = $"{name}.{Guid.NewGuid():N}.part";
        try
        {
            await File.WriteAllBytesAsync(unfinished, content, cancellation);
            File.Move(unfinished, name, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{name} cannot be written: {failure.Message}", failure);
        }
        finally
        {
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }
        }
    }
}
