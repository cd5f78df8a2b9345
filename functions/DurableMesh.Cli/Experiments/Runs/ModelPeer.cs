using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>
/// Both agents of an experiment: a model with tools. The builder reads the project; the verifier runs the check. Each keeps its
/// session within a thread and begins anew in another, as agents do: that is all in which the arms differ, beside the cache.
/// </summary>
/// <param name="cells">The runs that are under way.</param>
/// <param name="connect">A client of the model for one session of an agent, by the name of whose cache it has.</param>
/// <param name="check">Runs checks.</param>
/// <param name="model">The model's name for the price table.</param>
/// <param name="builder">Who builds in this one's place, and where the module is then; null where the submission has it.</param>
internal sealed class ModelPeer(
    Cells cells, Func<string, IChatClient> connect, ModuleCheck check, string model, PresetBuilder? builder = null)
    : IAgentHandler
{
    private const int MaxOutputTokens = 16_000;

    /// <inheritdoc/>
    public Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
    {
        var thread = run.Turn.Thread;
        return cells.Find(thread.Subject) is { } cell
            ? cell.TimeAsync(() => run.Agent == thread.Responder
                ? VerifyAsync(run, cell, cancellation)
                : AnswerAsync(run, cell, [ProjectTool.Of(cell.Task)], cancellation))
            : Task.FromResult<RunEnd>(new RunEnd.Failed("The thread is of no run that is under way here.", ForGood: true));
    }

    private async Task<RunEnd> VerifyAsync(AgentRun run, Cell cell, CancellationToken cancellation)
    {
        var module = builder is null
            ? ModuleCheck.ModuleIn(run.Turn.Message.Body?.ToDisplayText() ?? "")
            : await builder.ModuleOfAsync(run.Turn.Thread, cancellation);
        cell.Judges(module);
        var looked = new Lazy<Task<IReadOnlyList<Check>>>(() => check.RunAsync(cell.Task.Check, module, cancellation));
        return await AnswerAsync(
            new CheckedRun(run, looked), cell, [CheckTool.Of(cell.Task.Task, looked)], cancellation);
    }

    private async Task<RunEnd> AnswerAsync(AgentRun run, Cell cell, IList<AITool> tools, CancellationToken cancellation)
    {
        using var client = new ScopedClient(
            connect($"{cell.Name}/{run.Agent}"), cell.ScopeOf(run.Turn.Thread.ThreadId), cell.CountedHere)
            .AsBuilder()
            .UseFunctionInvocation()
            .Build();
        var options = new ModelAgentOptions
        {
            Model = model,
            Chat = new ChatOptions { Tools = tools, MaxOutputTokens = MaxOutputTokens },
        };
        return await new ChatClientHandler(client, options).RunAsync(run, cancellation);
    }
}
