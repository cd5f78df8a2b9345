namespace Microsoft.DurableTask.Abstractions;

/// <summary>How versions are ordered.</summary>
public static class TaskOrchestrationVersioningUtils
{
    /// <summary>
    /// Compares two versions: none comes before any, two that read as <see cref="Version"/> go by their numbers, all others by
    /// their text, whatever the case.
    /// </summary>
    /// <param name="sourceVersion">One version; empty for none.</param>
    /// <param name="otherVersion">Another version; empty for none.</param>
    /// <returns>Less than zero, zero or more than zero, as the first comes before, with or after the second.</returns>
    public static int CompareVersions(string sourceVersion, string otherVersion) =>
        (string.IsNullOrWhiteSpace(sourceVersion), string.IsNullOrWhiteSpace(otherVersion)) switch
        {
            (true, true) => 0,
            (true, false) => -1,
            (false, true) => 1,
            _ => Version.TryParse(sourceVersion, out Version? source) && Version.TryParse(otherVersion, out Version? other)
                ? source.CompareTo(other)
                : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase),
        };
}
