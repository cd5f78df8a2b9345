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
    [Function(nameof(EvaluateGate))]
    public GateReport Run([ActivityTrigger] ThreadStart start) =>
        GateRules.Evaluate(GateInput.Of(start, agents.Current, options.Value.Limits.ToPolicy()));
}
