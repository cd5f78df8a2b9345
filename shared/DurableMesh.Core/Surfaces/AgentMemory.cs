using System.Globalization;
using System.Text;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Surfaces;

/// <summary>The context that a persistent agent keeps: its earlier tasks, bounded, the newest first.</summary>
public static class AgentMemory
{
    /// <summary>The most earlier tasks that a brief tells of.</summary>
    public const int MostTasks = 20;

    /// <summary>The most characters of it.</summary>
    public const int MostCharacters = 4000;

    /// <summary>The step of the workflow that a task is.</summary>
    public const string Step = "task";

    private const int MostOfADetail = 300;

    /// <summary>What a brief tells of earlier tasks, a line each; empty where there are none.</summary>
    /// <param name="instance">The agent.</param>
    public static IReadOnlyList<string> Of(SurfaceInstance instance)
    {
        var (lines, left) = (new List<string>(), MostCharacters);
        foreach (var run in instance.Runs.Reverse().Where(run => run is { Result: not null, Task: not null }).Take(MostTasks))
        {
            var line = LineOf(run);
            left -= line.Length + 1;
            if (left < 0)
            {
                break;
            }

            lines.Add(line);
        }

        return lines;
    }

    /// <summary>The workflow that does a task.</summary>
    /// <param name="instance">The agent.</param>
    /// <param name="task">The task.</param>
    /// <param name="now">When it begins: it has no more time than the agent.</param>
    public static WorkflowDefinition WorkflowOf(SurfaceInstance instance, AgentTask task, DateTimeOffset now)
    {
        var agent = instance.Start.Agent!;
        var left = TimeSpan.FromSeconds(Math.Max(1, Math.Floor((instance.Deadline - now).TotalSeconds)));
        var ttl = left < RequestReader.MaxTtl ? left : RequestReader.MaxTtl - TimeSpan.FromSeconds(1);
        return new WorkflowDefinition
        {
            Name = task.Subject,
            Actor = agent.Builder,
            Surface = Authority.Surface.AgentFactory,
            McTask = task.McTask,
            Limits = new WorkflowLimits { Ttl = ttl, CostCapUsd = task.CostCapUsd },
            Steps =
            [
                new WorkflowStep
                {
                    Id = Step,
                    Company = agent.Company,
                    Title = task.Subject,
                    Prompt = PromptOf(instance, task),
                    EndState = EndState.Pass,
                    Builder = agent.Builder,
                    Responder = agent.Verifier,
                    Acceptance = task.Acceptance,
                },
            ],
        };
    }

    private static string PromptOf(SurfaceInstance instance, AgentTask task)
    {
        var memory = Of(instance);
        if (memory.Count == 0)
        {
            return task.Prompt;
        }

        var prompt = new StringBuilder(task.Prompt).Append("\n\nYour earlier tasks, the newest first:");
        foreach (var line in memory)
        {
            prompt.Append("\n- ").Append(line);
        }

        return prompt.ToString();
    }

    private static string LineOf(SurfaceRun run)
    {
        var result = run.Result!;
        var detail = result.Detail is { Length: > 0 } words
            ? $": {WholeText.Shorten(words.ReplaceLineEndings(" "), MostOfADetail)}"
            : "";
        var evidence = result.Evidence is { } path ? $" (evidence {path})" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Task!.McTask} {run.Task.Subject}: {Choices<EndState>.NameOf(result.EndState)}{detail}{evidence}");
    }
}
