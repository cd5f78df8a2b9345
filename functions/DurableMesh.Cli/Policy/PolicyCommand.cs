using System.CommandLine;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Policy;

/// <summary>What <c>mesh policy check --json</c> prints.</summary>
/// <param name="File">The file.</param>
/// <param name="Valid">Whether it is a policy.</param>
/// <param name="Sha256">The policy's hash; null where it is none.</param>
/// <param name="Errors">All that is wrong with it.</param>
internal sealed record PolicyCheck(string File, bool Valid, string? Sha256, IReadOnlyList<InputError> Errors);

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

            terminal.WriteJson(JsonNode.Parse(policy.Policy.ToUtf8())!.ToJsonString(MeshJson.Indented));
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
        var file = new Argument<string>("FILE") { Description = "The policy file; - for standard input." };
        var command = new Command("check", "Say what is wrong with a policy file, without a mesh.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(file);
            var read = PolicyReader.Read(await InputText.ReadUtf8Async(name, terminal, cancellation));
            if (parsed.WantsJson())
            {
                var check = new PolicyCheck(InputText.Name(name), read.Value is not null, read.Value?.Hash, read.Errors);
                terminal.WriteJson(check, CliJson.Context.PolicyCheck);
                return read.Value is null ? ExitCode.Usage : ExitCode.Done;
            }

            if (read.Value is { } policy)
            {
                terminal.Out.MarkupLineInterpolated(
                    $"[green]{InputText.Name(name)} is a policy[/] [grey]sha256 {policy.Hash}[/]");
                return ExitCode.Done;
            }

            throw new CliException(
                ExitCode.Usage,
                $"{InputText.Name(name)} is no policy:\n"
                    + string.Join('\n', read.Errors.Select(error => $"  {error.Path}: {error.Message}")));
        });
        return command;
    }
}
