namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>A record in a checkpoint file: an instance's state, and a part of its history.</summary>
/// <param name="File">The file's number; <see cref="ThisFile"/> inside a file's own index.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">How many bytes it takes.</param>
/// <param name="History">How many of them are history.</param>
internal readonly record struct Extent(long File, int Offset, int Length, int History)
{
    /// <summary>Stands for the file that the index is part of, whose number is settled only when it is written.</summary>
    public const long ThisFile = 0;
}
