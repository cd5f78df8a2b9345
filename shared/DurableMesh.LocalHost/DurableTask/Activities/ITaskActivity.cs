namespace Microsoft.DurableTask;

/// <summary>
/// An activity as the engine runs it, inputs and outputs untyped. Apps derive from <see cref="TaskActivity{TInput, TOutput}"/>.
/// </summary>
public interface ITaskActivity
{
    /// <summary>What the serialised input is read as before <see cref="RunAsync"/>.</summary>
    Type InputType { get; }

    /// <summary>What <see cref="RunAsync"/> answers.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity's code: at least once for each call of an orchestrator.</summary>
    /// <param name="context">Who called what.</param>
    /// <param name="input">The input, an <see cref="InputType"/> or null.</param>
    /// <returns>The output, an <see cref="OutputType"/> or null.</returns>
    Task<object?> RunAsync(TaskActivityContext context, object? input);
}
