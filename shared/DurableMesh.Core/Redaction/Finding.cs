namespace DurableMesh.Core.Redaction;

/// <summary>Something that is to be taken out of a text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends, exclusively.</param>
/// <param name="Pseudonym">What stands for its value; the value itself is not kept.</param>
internal readonly record struct Finding(RedactionKind Kind, int Start, int End, uint Pseudonym);
