using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Cli.Demo.ScriptedModel;

namespace DurableMesh.Cli.Demo.CodingAgents;

/// <summary>
/// The model of the demo's verifier: reads the acceptance checks once in a session, runs them in every round, and judges by what
/// they printed.
/// </summary>
internal static class ScriptedVerifier
{
    /// <summary>The command that runs the checks, in the project's folder.</summary>
    public const string Command = "./check.sh";

    /// <summary>Answers one request.</summary>
    public static ModelAnswer Answer(ModelRequest request)
    {
        if (!request.Messages.Any(message => message.Role == ModelRole.Tool))
        {
            return ModelAnswer.Call(request.Read(Path.Combine("acceptance", "Checks.cs")), request.Run(Command));
        }

        return request.Messages[^1].Role == ModelRole.Tool
            ? ModelAnswer.Say(Judge(request.Messages[^1].Text))
            : ModelAnswer.Call(request.Run(Command));
    }

    private static string Judge(string printed)
    {
        var checks = new JsonArray([.. printed.Split('\n').Select(Read).OfType<JsonObject>()]);
        var failed = checks.Count(check => (string?)check!["status"] != "pass");
        var verdict = new JsonObject
        {
            ["verdict"] = failed == 0 && checks.Count > 0 ? "pass" : "fail",
            ["summary"] = failed == 0 ? $"all {checks.Count} criteria hold" : $"{failed} of {checks.Count} criteria do not hold",
            ["checks"] = checks,
        };
        return $"I ran the acceptance checks.\n\n```json\n{verdict.ToJsonString()}\n```\n";
    }

    private static JsonObject? Read(string line)
    {
        try
        {
            return line.StartsWith("{\"id\":", StringComparison.Ordinal) ? JsonNode.Parse(line) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
