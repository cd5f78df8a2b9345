using System.Diagnostics.CodeAnalysis;

namespace DurableMesh.Core.Wire;

/// <summary>What reading an input gave: the value, or all that is wrong with it.</summary>
/// <typeparam name="T">What was to be read.</typeparam>
/// <param name="Value">The value; null where there are errors.</param>
/// <param name="Errors">All that is wrong, at most <see cref="InputError.MaxReported"/>; empty where there is a value.</param>
public sealed record ReadResult<T>(T? Value, IReadOnlyList<InputError> Errors)
    where T : class
{
    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool Ok => Value is not null;
}
