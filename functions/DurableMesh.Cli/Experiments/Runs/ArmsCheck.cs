using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>Looks whether every arm can run at all, before the first of them costs anything.</summary>
/// <param name="mesh">The mesh.</param>
internal sealed class ArmsCheck(MeshClient mesh)
{
    /// <summary>Refuses an experiment that could not come to its end.</summary>
    /// <param name="file">The experiment.</param>
    /// <param name="arms">Its arms.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="CliException">An agent or an arm is not to be had; the message says which and why.</exception>
    public async Task DemandAsync(ExperimentFile file, IReadOnlyList<ExperimentArm> arms, CancellationToken cancellation)
    {
        foreach (var agent in new[] { file.Initiator, file.Responder })
        {
            var known = await mesh.GetAgentAsync(agent, cancellation);
            if (!known.Enabled)
            {
                throw new CliException(
                    ExitCode.Usage, $"'{agent}' is disabled: no arm could run. Enable it, or name another agent.");
            }
        }

        if (!arms.Contains(ExperimentArm.Mesh))
        {
            return;
        }

        var explained = await mesh.ExplainAuthorityAsync(
            file.Initiator, file.Responder, ThreadWords.Of(file.Pattern), cancellation);
        if (explained.Patterns is [{ Decision: { Authorised: false } refused }, ..])
        {
            throw new CliException(
                ExitCode.Usage,
                $"The arm mesh cannot run: {refused.Explanation} Add a row with the status pilot (mesh authority), or leave the "
                + "arm out (--arm).");
        }
    }
}
