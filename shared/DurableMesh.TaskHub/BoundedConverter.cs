using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub;

/// <summary>A converter that refuses what is too large to go through the hub, wherever it comes from.</summary>
internal sealed class BoundedConverter(DataConverter inner) : DataConverter
{
    /// <summary>The largest serialised input, event, result or output, in characters.</summary>
    public const int MaximumCharacters = 4 * 1024 * 1024;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The text is longer than <see cref="MaximumCharacters"/>.</exception>
    [return: NotNullIfNotNull(nameof(value))]
    public override string? Serialize(object? value)
    {
        string? text = inner.Serialize(value);
        return text?.Length > MaximumCharacters
            ? throw new ArgumentException(
                $"A payload of {text.Length:N0} characters ({value!.GetType().Name}) is too large: "
                + $"at most {MaximumCharacters:N0} go through the hub. Store it and send a reference.")
            : text!;
    }

    /// <inheritdoc/>
    [return: NotNullIfNotNull(nameof(data))]
    public override object? Deserialize(string? data, Type targetType) => inner.Deserialize(data, targetType);

    /// <inheritdoc/>
    [return: NotNullIfNotNull(nameof(data))]
    public override T? Deserialize<T>(string? data)
        where T : default => inner.Deserialize<T>(data);
}
