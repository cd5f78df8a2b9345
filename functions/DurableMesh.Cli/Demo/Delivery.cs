using DurableMesh.Agents;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// Carries work between an agent's folder and the mesh: what a message brings is fetched to files, what a reply hands over is
/// kept by
/// the mesh. The agents themselves know files alone.
/// </summary>
/// <param name="mesh">The mesh.</param>
/// <param name="threadId">The thread.</param>
/// <param name="agent">The agent whose folder it is.</param>
/// <param name="folder">Where what is fetched stands, by its SHA-256.</param>
internal sealed class Delivery(MeshClient mesh, string threadId, string agent, string folder)
{
    private readonly Dictionary<string, Artifact> _fetched = new(StringComparer.Ordinal);

    /// <summary>Fetches what a message brings.</summary>
    /// <returns>The message, its artifacts being files.</returns>
    public async Task<MessageView> FetchAsync(MessageView message, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var files = new List<Artifact>();
        foreach (var artifact in message.Artifacts)
        {
            var file = Path.Combine(folder, artifact.Sha256);
            if (!File.Exists(file))
            {
                await File.WriteAllBytesAsync(
                    file, await mesh.GetArtifactAsync(threadId, artifact.Sha256, cancellation), cancellation);
            }

            _fetched[artifact.Sha256] = artifact;
            files.Add(artifact with { Uri = new Uri(file).AbsoluteUri });
        }

        return message with { Artifacts = files };
    }

    /// <summary>Gives what a reply hands over to the mesh; what came from there stays as it came.</summary>
    /// <returns>The reply, its artifacts being the mesh's.</returns>
    public async Task<AgentReply> SendAsync(AgentReply reply, CancellationToken cancellation)
    {
        var kept = new List<Artifact>();
        foreach (var artifact in reply.Artifacts)
        {
            kept.Add(_fetched.GetValueOrDefault(artifact.Sha256) ?? await PutAsync(artifact, cancellation));
        }

        return reply with { Artifacts = kept };
    }

    private async Task<Artifact> PutAsync(Artifact artifact, CancellationToken cancellation)
    {
        var content = await File.ReadAllBytesAsync(new Uri(artifact.Uri!).LocalPath, cancellation);

        // The mesh keeps a file by its name alone; in the message it has its folder, which says what it is.
        var kept = await mesh.PutArtifactAsync(threadId, agent, Path.GetFileName(artifact.Name), content, cancellation);
        return kept with { Name = artifact.Name };
    }
}
