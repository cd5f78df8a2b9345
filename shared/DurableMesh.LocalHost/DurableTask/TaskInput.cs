namespace DurableMesh.LocalHost.DurableTask;

/// <summary>Turns the engine's untyped input into what the app's code wants.</summary>
internal static class TaskInput
{
    /// <exception cref="ArgumentException"><paramref name="input"/> is something else than <typeparamref name="T"/>.</exception>
    public static T As<T>(object? input) => input switch
    {
        T typed => typed,
        // No input is the default also of a value type: Durable Task leaves it to the code whether that is an error.
        null => default!,
        _ => throw new ArgumentException(
            $"The input is a '{input.GetType()}' where the code takes a '{typeof(T)}'.", nameof(input)),
    };
}
