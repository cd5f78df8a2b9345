using DurableMesh.Simulation.Workload;

namespace DurableMesh.Simulation.Invariants;

/// <summary>Holds what an orchestration reports against its script, and against the events that arrived at it.</summary>
internal static class ScriptReport
{
    /// <summary>The ids of the events of a name in a report.</summary>
    public static IEnumerable<string> EventsIn(IEnumerable<string> report, string name) =>
        from line in report
        let words = line.Split(' ')
        where words is ["event" or "late", var of, _] && of == name
        select words[2];

    /// <summary>What does not hold, or null.</summary>
    /// <param name="script">What was to be done.</param>
    /// <param name="report">What was reported.</param>
    /// <param name="arrived">The ids of the events of a name that arrived, in the order of their arrival.</param>
    public static string? WhatIsWrong(Script script, IReadOnlyList<string> report, Func<string, IEnumerable<string>> arrived)
    {
        foreach (string name in Scenario.EventNames)
        {
            string[] seen = [.. EventsIn(report, name)];
            IEnumerable<string> first = arrived(name).Take(seen.Length);
            if (!first.SequenceEqual(seen))
            {
                return $"it saw [{string.Join(' ', seen)}] of '{name}', where [{string.Join(' ', first)}] arrived first";
            }
        }

        var lines = new Queue<string>(report.Where(line => !line.StartsWith("late ", StringComparison.Ordinal)));
        for (int number = 0; number < script.Steps.Count; number++)
        {
            Step step = script.Steps[number];
            for (int branch = 0; branch < LinesOf(step); branch++)
            {
                string key = step.Kind == StepKind.Fan ? $"{script.Name}/{number}.{branch}" : $"{script.Name}/{number}";
                if (!lines.TryDequeue(out string? line) || !Fits(step, key, line))
                {
                    return $"'{line}' is no answer to step {number}, {step.Kind}";
                }
            }
        }

        return lines.TryDequeue(out string? more) ? $"'{more}' belongs to no step" : null;
    }

    private static int LinesOf(Step step) => step.Kind switch
    {
        StepKind.Again or StepKind.Status => 0,
        StepKind.Fan => step.Count,
        _ => 1,
    };

    private static bool Fits(Step step, string key, string line) => step.Kind switch
    {
        StepKind.Wait => line.StartsWith($"event {step.Name} ", StringComparison.Ordinal),
        StepKind.Race => line == "time is over" || line.StartsWith($"event {step.Name} ", StringComparison.Ordinal),
        StepKind.Activity => line == $"activity {key}{(step.Count == ScriptOrchestrator.AlwaysFails ? " failed" : "")}",
        StepKind.Fan => line == $"activity {key}",
        StepKind.Timer => line == "timer",
        StepKind.Send => line.StartsWith("sent ", StringComparison.Ordinal),
        StepKind.Child => line.Split(' ') is ["child", var child, var outcome, var what]
            && child == step.Child!.Name
            && outcome switch
            {
                "returned" => !step.Child.Throws,
                _ => what.StartsWith("Orchestration", StringComparison.Ordinal) || step.Child.Throws,
            },
        _ => false,
    };
}
