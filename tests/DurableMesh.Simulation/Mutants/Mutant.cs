namespace DurableMesh.Simulation.Mutants;

/// <summary>A way to break the engine: in a file, a text that occurs exactly once is replaced.</summary>
/// <param name="Name">What goes wrong.</param>
/// <param name="File">Where, from the folder of TaskHub.</param>
/// <param name="Text">What stands there.</param>
/// <param name="Replacement">What is put there.</param>
internal sealed record Mutant(string Name, string File, string Text, string Replacement);
