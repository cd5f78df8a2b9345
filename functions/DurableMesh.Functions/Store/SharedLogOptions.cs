namespace DurableMesh.Functions.Store;

/// <summary>The sizes and patience of a <see cref="SharedLog{T}"/>.</summary>
internal sealed record SharedLogOptions
{
    /// <summary>How many bytes of waiting lines go out in one append. A longer single line goes alone.</summary>
    public int MaximumBatchBytes { get; init; } = 1024 * 1024;

    /// <summary>After how many blocks a segment is sealed. The service takes 50,000.</summary>
    public int MaximumSegmentBlocks { get; init; } = 45_000;

    /// <summary>After how many bytes a segment is sealed.</summary>
    public int MaximumSegmentBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// How much is read at once when the log is scanned, in bytes. An Azurite opens a file for each line of a range, and never
    /// closes those of a read that breaks off.
    /// </summary>
    public int ScanBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a caller waits for the storage before it hears that it is away.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// For how long a host that alone serves the log may answer from what it knows of the log's end: less than it takes another
    /// host to begin to write.
    /// </summary>
    public TimeSpan TrustedFor { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>After how long without work a host looks whether the storage still holds what it wrote last.</summary>
    public TimeSpan LookAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a host that stops waits for a storage that is away, to see once more that it holds all.</summary>
    public TimeSpan LastPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first pause after a failure; it doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two tries.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>An outage that has not lasted for so long is none that anybody need hear of.</summary>
    public TimeSpan ShortOutage { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// An outage is logged when it lasts longer: an Azurite that is installed and started beside the host is none.
    /// </summary>
    public TimeSpan QuietOutage { get; init; } = TimeSpan.FromSeconds(15);
}
