using System.Diagnostics.CodeAnalysis;

namespace Microsoft.DurableTask;

/// <summary>The name of an orchestrator or an activity. Two names are the same when they differ in case only.</summary>
public readonly struct TaskName : IEquatable<TaskName>
{
    /// <summary>Makes a name of <paramref name="name"/>; null makes the default, which names nothing.</summary>
    /// <param name="name">The name, kept as it is written.</param>
    public TaskName(string name) => Name = name;

    /// <summary>The name as it was written; null for the default value.</summary>
    public string Name { get; }

    /// <summary>The name as text.</summary>
    /// <param name="value">The name.</param>
    public static implicit operator string(TaskName value) => value.Name;

    /// <summary>The text as a name; null and empty text make the default.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator TaskName(string value) => string.IsNullOrEmpty(value) ? default : new(value);

    /// <summary>Whether two names are the same, whatever their case.</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">Another name.</param>
    public static bool operator ==(TaskName a, TaskName b) => a.Equals(b);

    /// <summary>Whether two names differ by more than case.</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">Another name.</param>
    public static bool operator !=(TaskName a, TaskName b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is TaskName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Name is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
