namespace Microsoft.DurableTask.Client;

/// <summary>Gives out clients by name.</summary>
public interface IDurableTaskClientProvider
{
    /// <summary>The client of that name.</summary>
    /// <param name="name">The name; null for the default client.</param>
    DurableTaskClient GetClient(string? name = null);
}
