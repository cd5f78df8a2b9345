using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Reads what a command is given: a file, or standard input where the name is <c>-</c>.</summary>
internal static class InputText
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Reads all of it.</summary>
    /// <exception cref="CliException">There is no such file, or it cannot be read.</exception>
    public static async Task<string> ReadAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        if (name == StandardInput)
        {
            return await terminal.In.ReadToEndAsync(cancellation);
        }

        try
        {
            return await File.ReadAllTextAsync(name, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{name} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Reads a JSON document.</summary>
    /// <exception cref="CliException">It cannot be read, or is no JSON.</exception>
    public static async Task<JsonNode> ReadJsonAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        var text = await ReadAsync(name, terminal, cancellation);
        try
        {
            return JsonNode.Parse(text) ?? throw new CliException(ExitCode.Usage, $"{Name(name)} holds only null.");
        }
        catch (JsonException malformed)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{Name(name)} is no JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}: " +
                malformed.Message,
                malformed);
        }
    }

    /// <summary>What to call the input in a message.</summary>
    public static string Name(string name) => name == StandardInput ? "standard input" : name;
}
