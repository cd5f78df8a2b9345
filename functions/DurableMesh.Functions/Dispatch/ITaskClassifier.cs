using DurableMesh.Core.Agents;
using DurableMesh.Core.Dispatch;

namespace DurableMesh.Functions.Dispatch;

/// <summary>Says whose work a task is, where neither a company nor a builder is named.</summary>
/// <remarks>
/// An implementation need not know agents: the builder of the company, and the verifier, are found by rule. It answers no company
/// rather than a guess.
/// </remarks>
public interface ITaskClassifier
{
    /// <summary>Finds the company.</summary>
    /// <param name="mcTask">The id of the MC task.</param>
    /// <param name="subject">The brief's subject.</param>
    /// <param name="body">The brief's body as a text.</param>
    /// <param name="registry">Who there is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<Classification> ClassifyAsync(
        string mcTask, string subject, string body, AgentRegistry registry, CancellationToken cancellation);
}
