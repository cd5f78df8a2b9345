using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Ledger;

/// <summary>Who worked with whom, and how.</summary>
/// <param name="Initiator">The agent that builds; where a run of old is one agent's alone, that agent.</param>
/// <param name="Responder">The agent that verifies; null for one agent alone.</param>
/// <param name="Pattern">Which of the mesh's uses it is.</param>
public readonly record struct PairKey(string Initiator, string? Responder, Pattern Pattern);
