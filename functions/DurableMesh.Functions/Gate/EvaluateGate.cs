using DurableMesh.Core.Gate;
using DurableMesh.Functions.Agents;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Gate;

/// <summary>Asks the gate: gathers what its rules may look at. The rules themselves are <see cref="GateRules"/>.</summary>
public sealed class EvaluateGate(IAgentDirectory agents, IOptions<MeshOptions> options)
{
    /// <summary>Asks every rule about a thread that wants in.</summary>
    /// <param name="start">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(EvaluateGate))]
    public async Task<GateReport> RunAsync([ActivityTrigger] ThreadStart start, CancellationToken cancellation) =>
        GateRules.Evaluate(GateInput.Of(start, await agents.ReadAsync(cancellation), options.Value.Limits.ToPolicy()));
}
