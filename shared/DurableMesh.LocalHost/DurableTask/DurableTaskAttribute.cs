namespace Microsoft.DurableTask;

/// <summary>Names an orchestrator or activity class; a class without it goes by the class's own name.</summary>
/// <param name="name">The name; null or empty for the class's own.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    /// <summary>The name, or the default when the class goes by its own name.</summary>
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);
}
