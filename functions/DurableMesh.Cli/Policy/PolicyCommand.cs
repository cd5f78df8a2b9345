using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Policy;

/// <summary><c>mesh policy</c>: the policy in force, and whether a file would do as one.</summary>
internal static class PolicyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) =>
        new("policy", "Show the policy in force, check a policy file, or show the list prices.")
        {
            Show(terminal), Check(terminal), PricesCommand.Create(terminal),
        };

    private static Command Show(Terminal terminal)
    {
        var command = new Command("show", "Show the policy in force, and what is wrong with a newer file.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var policy = await parsed.Connect().GetPolicyAsync(cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(policy, CliJson.Context.PolicyView);
                return ExitCode.Done;
            }

            terminal.Say(JsonNode.Parse(policy.Policy.ToUtf8())!.ToJsonString(MeshJson.Indented));
            terminal.Out.MarkupLineInterpolated($"[grey]in force, sha256 {policy.Hash}[/]");
            if (policy.Failure is { } failure)
            {
                terminal.Out.MarkupLineInterpolated($"[red]the file has changed and cannot be read:[/] {failure}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Check(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "The policy file; - for standard input." };
        var command = new Command("check", "Say what is wrong with a policy file, without a mesh.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(file);
            var read = PolicyReader.Read(Encoding.UTF8.GetBytes(await InputText.ReadAsync(name, terminal, cancellation)));
            if (read.Value is { } policy)
            {
                terminal.Out.MarkupLineInterpolated($"[green]{InputText.Name(name)} is a policy[/] [grey]sha256 {policy.Hash}[/]");
                return ExitCode.Done;
            }

            throw new CliException(
                ExitCode.Usage,
                $"{InputText.Name(name)} is no policy:\n" + string.Join('\n', read.Errors.Select(error => $"  {error.Path}: {error.Message}")));
        });
        return command;
    }
}
