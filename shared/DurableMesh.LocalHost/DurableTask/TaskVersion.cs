using System.Diagnostics.CodeAnalysis;

namespace Microsoft.DurableTask;

/// <summary>The version that an instance runs as. Versions that differ in case only are the same; none is empty.</summary>
public readonly struct TaskVersion : IEquatable<TaskVersion>
{
    /// <summary>No version: the same as the default value and as an empty text.</summary>
    public static readonly TaskVersion Unversioned;

    private readonly string? _version;

    /// <summary>Makes a version of <paramref name="version"/>; null and empty text mean no version.</summary>
    /// <param name="version">The version, kept as it is written.</param>
    /// <exception cref="ArgumentException">The version is nothing but white space.</exception>
    public TaskVersion(string? version)
    {
        if (version?.Length > 0 && string.IsNullOrWhiteSpace(version))
        {
            throw new ArgumentException("A version cannot be white space; leave it empty for no version.", nameof(version));
        }

        _version = version;
    }

    /// <summary>The version as it was written; empty when there is none.</summary>
    public string Version => _version ?? string.Empty;

    /// <summary>The version as text.</summary>
    /// <param name="value">The version.</param>
    public static implicit operator string(TaskVersion value) => value.Version;

    /// <summary>The text as a version.</summary>
    /// <param name="value">The text; null and empty mean no version.</param>
    public static implicit operator TaskVersion(string? value) => new(value);

    /// <summary>Whether two versions are the same, whatever their case.</summary>
    /// <param name="a">One version.</param>
    /// <param name="b">Another version.</param>
    public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

    /// <summary>Whether two versions differ by more than case.</summary>
    /// <param name="a">One version.</param>
    /// <param name="b">Another version.</param>
    public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is TaskVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
}
