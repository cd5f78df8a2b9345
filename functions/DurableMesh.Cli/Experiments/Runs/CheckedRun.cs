using System.Globalization;
using System.Text;
using DurableMesh.Agents;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>
/// A verifier's run whose verdict is held to what its check found: words are the model's, statuses are the check's. So a model
/// that judges by what it was told passes nothing.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="looked">What the check found.</param>
internal sealed class CheckedRun(AgentRun run, Lazy<Task<IReadOnlyList<Check>>> looked) : AgentRun
{
    /// <inheritdoc/>
    public override AgentTurn Turn => run.Turn;

    /// <inheritdoc/>
    public override string Agent => run.Agent;

    /// <inheritdoc/>
    public override int Attempt => run.Attempt;

    /// <inheritdoc/>
    public override string Mark => run.Mark;

    /// <inheritdoc/>
    public override string Folder => run.Folder;

    /// <inheritdoc/>
    public override JsonText? Session => run.Session;

    /// <inheritdoc/>
    public override Task KeepAsync(JsonText session, CancellationToken cancellation) => run.KeepAsync(session, cancellation);

    /// <inheritdoc/>
    public override void Spent(Usage usage) => run.Spent(usage);

    /// <inheritdoc/>
    public override async Task SayAsync(AgentReply reply, CancellationToken cancellation) =>
        await run.SayAsync(reply.Verdict is null ? reply : Hold(reply, await looked.Value), cancellation);

    private AgentReply Hold(AgentReply reply, IReadOnlyList<Check> found)
    {
        var words = reply.Checks.ToDictionary(check => check.Id, check => check.Detail);
        var checks = Turn.Brief.Checks
            .Select(criterion => found.FirstOrDefault(check => check.Id == criterion.Id) ?? CheckTool.NotReached(criterion.Id))
            .Select(check => check with { Detail = words.GetValueOrDefault(check.Id) ?? check.Detail })
            .ToList();
        var holds = Turn.Brief.Checks
            .Where(criterion => criterion.Required != false)
            .All(criterion => checks.Any(check => check.Id == criterion.Id && check.Status == CheckStatus.Pass));
        return reply with { Verdict = holds ? Verdict.Pass : Verdict.Fail, Checks = checks };
    }
}

/// <summary>The verifier's tool: the visible check.</summary>
internal static class CheckTool
{
    /// <summary>Its name.</summary>
    public const string Name = "run_check";

    /// <summary>The tool for one submission.</summary>
    /// <param name="task">The task.</param>
    /// <param name="looked">What the check found.</param>
    public static AITool Of(ExperimentTask task, Lazy<Task<IReadOnlyList<Check>>> looked) => AIFunctionFactory.Create(
        async () => WordsOf(task, await looked.Value),
        PlainTool.Named(
            Name, "Runs the acceptance check over the submitted module and says of each criterion whether it holds."));

    /// <summary>A criterion that the check did not come to.</summary>
    public static Check NotReached(string id) => new()
    {
        Id = id,
        Status = CheckStatus.Fail,
        Detail = "The check did not come to an end.",
    };

    private static string WordsOf(ExperimentTask task, IReadOnlyList<Check> found)
    {
        var words = new StringBuilder("The check found:\n");
        foreach (var criterion in task.Acceptance)
        {
            var check = found.FirstOrDefault(check => check.Id == criterion.Id) ?? NotReached(criterion.Id);
            words.Append(
                CultureInfo.InvariantCulture,
                $"- {check.Id} ({ThreadWords.Of(check.Status)}): {check.Detail ?? criterion.Title}\n");
        }

        return words.ToString();
    }
}

/// <summary>The builder's tool: the project's files.</summary>
internal static class ProjectTool
{
    /// <summary>Its name.</summary>
    public const string Name = "read";

    /// <summary>The tool for a task.</summary>
    /// <param name="task">The task.</param>
    public static AITool Of(Workloads.WorkloadTask task) => AIFunctionFactory.Create(
        (string path) => task.Project.TryGetValue(path, out var content)
            ? content
            : $"There is no {path}. There are: {string.Join(", ", task.Project.Keys.Order(StringComparer.Ordinal))}.",
        PlainTool.Named(Name, "Reads a file of the project."));
}

/// <summary>A tool whose result is a text, which goes to the model as it stands and not as JSON.</summary>
internal static class PlainTool
{
    /// <summary>A name, and what the tool does.</summary>
    public static AIFunctionFactoryOptions Named(string name, string description) => new()
    {
        Name = name,
        Description = description,
        MarshalResult = (result, _, _) => ValueTask.FromResult(result),
    };
}
