using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Agents;
using DurableMesh.Agents.Commands;
using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp;

/// <summary>The runner's reply channel, a file of JSON lines. The runner reads it as it is written, and sends.</summary>
/// <param name="path">The file.</param>
internal sealed class RunnerChannel(string path)
{
    private static readonly JsonSerializerOptions Lines = new(MeshJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>What the agent said as its turn in this run, whoever wrote it; null where it has said none.</summary>
    public string? Turn()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var text = new StreamReader(file);
            return text.ReadToEnd().Split('\n').FirstOrDefault(IsTurn);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a reply.</summary>
    /// <returns>Whether it is new; the same reply is written once.</returns>
    /// <exception cref="RefusedException">There is another turn already: a run has one.</exception>
    public async Task<bool> WriteAsync(AgentReply reply, CancellationToken cancellation)
    {
        var line = JsonSerializer.Serialize(reply, Lines);
        try
        {
            return await ReplyFile.AppendAsync(path, Choose, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(
                "reply_channel",
                $"The runner's reply channel cannot be written: {failure.Message}",
                "Tell the person, and end this run.");
        }

        string? Choose(IReadOnlyList<string> said)
        {
            if (said.Contains(line))
            {
                return null;
            }

            return reply.Kind.IsTurn() && said.Any(IsTurn)
                ? throw new RefusedException(
                    "already_answered",
                    "The runner has another answer of this run already.",
                    "A run has one submission, verdict, question or answer. End this run now.")
                : line;
        }
    }

    private static bool IsTurn(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AgentReply>(line, Lines)?.Kind.IsTurn() == true;
        }
        catch (JsonException)
        {
            // Somebody else's line; what it is, the runner says.
            return false;
        }
    }
}
