using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Cli.Experiments.Workloads;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>
/// The model of both agents where there is no model: as builder it reads the project once in a session and hands in the prepared
/// attempts one after the other; as verifier it runs the check and says what that found. It goes by what stands in its prompt
/// and by nothing else, so a prompt that has lost something loses it for the script, too.
/// </summary>
/// <param name="workload">The tasks.</param>
internal sealed partial class ScriptedPeers(Workload workload)
{
    private const string ModuleName = "module.mjs";

    private readonly Dictionary<string, WorkloadTask> _tasks = workload.Tasks.ToDictionary(task => task.Task.Id);

    /// <summary>How long the model thinks: about a tenth of a real one.</summary>
    /// <param name="tokens">What it reads and writes.</param>
    public static TimeSpan Pace(ModelTokens tokens) =>
        TimeSpan.FromMilliseconds(120 + (0.024 * tokens.New) + (0.002 * tokens.Cached) + (1.0 * tokens.Output));

    /// <summary>Answers one request.</summary>
    public ModelAnswer Answer(ModelRequest request)
    {
        // A coding agent has instructions of its own; the brief is what its user says.
        var told = string.Concat(request.Messages
            .Where(message => message.Role is ModelRole.System or ModelRole.User)
            .Select(message => message.Text));
        return Cells.NameIn(told)?.Split('/') is not [_, var id, ..] || !_tasks.TryGetValue(id, out var task)
            ? ModelAnswer.Say("I do not know this task.")
            : request.Tools.Any(tool => tool.Name == CheckTool.Name) ? Judge(request) : Build(request, task);
    }

    private static ModelAnswer Build(ModelRequest request, WorkloadTask task)
    {
        var called = request.Messages.LastOrDefault(message => message.Role == ModelRole.Assistant)?.Calls ?? [];
        if (!request.Messages.Any(message => message.Role == ModelRole.Tool))
        {
            return ModelAnswer.Call([.. task.Project.Keys.Order(StringComparer.Ordinal).Select(request.Read)]);
        }

        var made = request.Messages
            .SelectMany(message => Attempt().Matches(message.Text))
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();
        var next = Math.Min(made + 1, task.Attempts.Count);
        if (next == 0)
        {
            return ModelAnswer.Say("The script has no attempt for this task.");
        }

        if (request.Tools.Any(tool => tool.Name.Equals("write", StringComparison.OrdinalIgnoreCase)))
        {
            return request.Messages[^1].Role == ModelRole.Tool && !called.All(IsRead)
                ? ModelAnswer.Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"// attempt {next}\nI have written {ModuleName} anew; its exports are as they were."))
                : ModelAnswer.Call(request.Write(ModuleName, task.Attempts[next - 1]));
        }

        return ModelAnswer.Say(string.Create(CultureInfo.InvariantCulture, $"""
                ```js
                // attempt {next}
                {task.Attempts[next - 1].TrimEnd()}
                ```

                This is the whole module. I read the contract and the module as it stands, and kept its exports as they are. Where
                a check of the round before failed I followed its detail; I tried the examples of the contract by hand.
                """));
    }

    private static bool IsRead(string tool) => tool.Equals(ProjectTool.Name, StringComparison.OrdinalIgnoreCase);

    private static ModelAnswer Judge(ModelRequest request)
    {
        if (request.Messages[^1].Role != ModelRole.Tool)
        {
            return ModelAnswer.Call(new ModelCall(CheckTool.Name, []));
        }

        var found = Found().Matches(request.Messages[^1].Text)
            .Select(match => (Id: match.Groups[1].Value, Status: match.Groups[2].Value, Detail: match.Groups[3].Value))
            .ToList();
        var failed = found.Count(check => check.Status != "pass");
        return ModelAnswer.Say(new JsonObject
        {
            ["verdict"] = failed == 0 ? "pass" : "fail",
            ["summary"] = failed == 0
                ? "Every criterion holds: I ran the check over the module that was handed in."
                : string.Create(CultureInfo.InvariantCulture, $"{failed} of {found.Count} criteria do not hold; see the checks."),
            ["checks"] = new JsonArray([.. found.Select(check => (JsonNode)new JsonObject
            {
                ["id"] = check.Id,
                ["status"] = check.Status,
                ["detail"] = check.Detail,
            })]),
        }.ToJsonString());
    }

    [GeneratedRegex(@"// attempt (\d+)")]
    private static partial Regex Attempt();

    [GeneratedRegex(@"^- (\S+) \((pass|fail|skipped)\): (.*)$", RegexOptions.Multiline)]
    private static partial Regex Found();
}
