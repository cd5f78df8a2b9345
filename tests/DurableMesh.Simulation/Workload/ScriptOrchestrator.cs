using Microsoft.DurableTask;

namespace DurableMesh.Simulation.Workload;

/// <summary>
/// Runs a <see cref="Script"/>. What it returns is its report: one line for each step that has something to say.
/// </summary>
internal sealed class ScriptOrchestrator : TaskOrchestrator<Script, string>
{
    /// <summary>The name that it is registered under.</summary>
    public const string Name = "Script";

    /// <summary>The activity's name.</summary>
    public const string ActivityName = "Work";

    /// <summary>An activity that fails this often fails for good.</summary>
    public const int AlwaysFails = 99;

    private readonly List<string> _report = [];
    private readonly Dictionary<string, Task<string>> _waits = [];

    /// <inheritdoc/>
    public override async Task<string> RunAsync(TaskOrchestrationContext context, Script input)
    {
        _report.AddRange(input.Report);
        for (int number = input.Next; number < input.Steps.Count; number++)
        {
            if (input.Steps[number].Kind == StepKind.Again)
            {
                ReportArrivedEvents();
                context.ContinueAsNew(input with { Next = number + 1, Report = _report });
                return string.Empty;
            }

            await RunAsync(context, input, number);
        }

        return input.Throws ? throw new InvalidOperationException(string.Join('\n', _report)) : string.Join('\n', _report);
    }

    private async Task RunAsync(TaskOrchestrationContext context, Script script, int number)
    {
        Step step = script.Steps[number];
        string key = $"{script.Name}/{number}";
        switch (step.Kind)
        {
            case StepKind.Wait:
                string name = step.Name!;
                _report.Add($"event {name} {await Wait(context, name)}");
                _waits.Remove(name);
                break;
            case StepKind.Race:
                await RaceAsync(context, step);
                break;
            case StepKind.Activity:
                _report.Add($"activity {await CallAsync(context, new Work(key, step.Milliseconds, step.Count))}");
                break;
            case StepKind.Fan:
                string[] results = await Task.WhenAll(Enumerable.Range(0, step.Count).Select(
                    branch => CallAsync(context, new Work($"{key}.{branch}", step.Milliseconds * (branch + 1), 0))));
                _report.AddRange(results.Select(result => $"activity {result}"));
                break;
            case StepKind.Timer:
                DateTime due = context.CurrentUtcDateTime.AddMilliseconds(step.Milliseconds);
                await context.CreateTimer(due, CancellationToken.None);
                _report.Add(context.CurrentUtcDateTime >= due ? "timer" : "timer early");
                break;
            case StepKind.Child:
                _report.Add($"child {await CallChildAsync(context, step)}");
                break;
            case StepKind.Send:
                string id = $"{context.InstanceId}@{context.CurrentUtcDateTime.Ticks:x}.{number}";
                context.SendEvent(step.Name!, Scenario.EventNames[0], id);
                _report.Add($"sent {id}");
                break;
            case StepKind.Status:
                context.SetCustomStatus(_report.Count);
                break;
        }
    }

    // One wait for a name at a time, which a lost race leaves to the next step: a second one would be served first.
    private Task<string> Wait(TaskOrchestrationContext context, string name) =>
        _waits.TryGetValue(name, out Task<string>? wait) ? wait : _waits[name] = context.WaitForExternalEvent<string>(name);

    private async Task RaceAsync(TaskOrchestrationContext context, Step step)
    {
        using var over = new CancellationTokenSource();
        Task timer = context.CreateTimer(TimeSpan.FromMilliseconds(step.Milliseconds), over.Token);
        Task<string> wait = Wait(context, step.Name!);
        if (await Task.WhenAny(wait, timer) != wait)
        {
            _report.Add("time is over");
            return;
        }

        over.Cancel();
        _report.Add($"event {step.Name} {await wait}");
        _waits.Remove(step.Name!);
    }

    // The next generation knows nothing of an event that a wait of this one has taken already.
    private void ReportArrivedEvents() => _report.AddRange(
        from wait in _waits where wait.Value.IsCompletedSuccessfully select $"late {wait.Key} {wait.Value.Result}");

    private static async Task<string> CallAsync(TaskOrchestrationContext context, Work work)
    {
        int attempts = work.Failures == AlwaysFails ? 2 : work.Failures + 1;
        var retry = new RetryPolicy(attempts, TimeSpan.FromMilliseconds(200), backoffCoefficient: 2);
        try
        {
            return await context.CallActivityAsync<string>(ActivityName, work, TaskOptions.FromRetryPolicy(retry));
        }
        catch (TaskFailedException)
        {
            return $"{work.Key} failed";
        }
    }

    private static async Task<string> CallChildAsync(TaskOrchestrationContext context, Step step)
    {
        try
        {
            string report = await context.CallSubOrchestratorAsync<string>(
                Name, step.Child, new SubOrchestrationOptions(instanceId: step.Name));
            return $"{step.Child!.Name} returned {report.Length}";
        }
        catch (TaskFailedException failed)
        {
            return $"{step.Child!.Name} failed {failed.FailureDetails.ErrorType}";
        }
    }
}
