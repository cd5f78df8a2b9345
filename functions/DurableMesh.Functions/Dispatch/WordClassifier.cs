using DurableMesh.Core.Agents;
using DurableMesh.Core.Dispatch;
using DurableMesh.Functions.Tasks;

namespace DurableMesh.Functions.Dispatch;

/// <summary>The classifier by rules: the company of the MC task, else the words of the companies' domains.</summary>
internal sealed class WordClassifier(ITaskDirectory tasks) : ITaskClassifier
{
    public async ValueTask<Classification> ClassifyAsync(
        string mcTask, string subject, string body, AgentRegistry registry, CancellationToken cancellation) =>
        DomainWords.Classify(await tasks.FindAsync(mcTask, cancellation), subject, body, registry);
}
