using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp;

/// <summary>The runner's reply channel, a file of JSON lines. The runner reads it as it is written, and sends.</summary>
/// <param name="path">The file.</param>
internal sealed class ReplyChannel(string path)
{
    private static readonly JsonSerializerOptions Lines = new(MeshJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Lock _gate = new();

    /// <summary>What the agent said as its turn in this run, whoever wrote it; null where it has said none.</summary>
    public string? Turn()
    {
        lock (_gate)
        {
            return Read().FirstOrDefault(IsTurn);
        }
    }

    /// <summary>Writes a reply.</summary>
    /// <returns>Whether it is new; the same reply is written once.</returns>
    /// <exception cref="RefusedException">There is another turn already: a run has one.</exception>
    public bool Write(AgentReply reply)
    {
        var line = JsonSerializer.Serialize(reply, Lines);
        lock (_gate)
        {
            var said = Read();
            if (said.Contains(line))
            {
                return false;
            }

            if (IsTurn(line) && said.Any(IsTurn))
            {
                throw new RefusedException(
                    "already_answered",
                    "The runner has another answer of this run already.",
                    "A run has one submission, verdict, question or answer. End this run now.");
            }

            try
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
                file.Write([.. System.Text.Encoding.UTF8.GetBytes(line), (byte)'\n']);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new RefusedException(
                    "reply_channel",
                    $"The runner's reply channel cannot be written: {failure.Message}",
                    "Tell the person, and end this run.");
            }

            return true;
        }
    }

    private List<string> Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var text = new StreamReader(file);
            return [.. text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsTurn(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AgentReply>(line, Lines)?.Kind is not (null or MessageKind.Finding or MessageKind.Note);
        }
        catch (JsonException)
        {
            // Somebody else's line; what it is, the runner says.
            return false;
        }
    }
}
