namespace Microsoft.DurableTask;

/// <summary>How an orchestration goes on with a fresh history.</summary>
public class ContinueAsNewOptions
{
    /// <summary>The input of the next execution.</summary>
    public object? NewInput { get; set; }

    /// <summary>Whether events that arrived and that nobody waited for go along; true unless told otherwise.</summary>
    public bool PreserveUnprocessedEvents { get; set; } = true;

    /// <summary>The version that the next execution runs as; null keeps the present one.</summary>
    public string? NewVersion { get; set; }
}
