using System.CommandLine;
using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Agents.Commands;
using DurableMesh.Cli.Agents;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// <c>mesh demo-agent</c>: the demo's two agents, as commands for <c>mesh agent run --exec</c>: one turn on standard input,
/// replies to MESH_REPLY. Hidden, because nobody else has a use for them.
/// </summary>
internal static class DemoAgentCommand
{
    /// <summary>The file, in the work folder, that gets a copy of all that the verifier prints.</summary>
    public const string PrintedFile = "printed.jsonl";

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo-agent", "The agents of the demo.") { Hidden = true };
        var builder = new Command("builder", "Chooses the patches that answer what failed.");
        builder.SetAction(async (parsed, cancellation) =>
        {
            var (material, folder, turn, delivery) = await ReadAsync(parsed, "builder", terminal, cancellation);
            if (new DemoBuilder(material, folder).Answer(turn) is { } reply)
            {
                await SayAsync(await delivery.SendAsync(reply, cancellation), cancellation);
            }

            return ExitCode.Done;
        });
        var verifier = new Command("verifier", "Compiles what was submitted and runs the acceptance checks.");
        verifier.SetAction(async (parsed, cancellation) =>
        {
            var (material, folder, turn, delivery) = await ReadAsync(parsed, "verifier", terminal, cancellation);
            await ForgetAsync(folder, turn.Message.Sequence, cancellation);
            await foreach (var reply in new DemoVerifier(material, folder).AnswerAsync(turn, cancellation))
            {
                // Written down before it is said, so that the demo can prove that nothing which was said got lost.
                var known = reply with { InReplyTo = turn.Message.Sequence };
                await File.AppendAllTextAsync(
                    Path.Combine(folder, PrintedFile),
                    JsonSerializer.Serialize(known, CliJson.Context.AgentReply) + "\n",
                    cancellation);
                await SayAsync(await delivery.SendAsync(known, cancellation), cancellation);
            }

            return ExitCode.Done;
        });
        var check = new Command("check", "Compiles the library of the current folder and runs the acceptance checks.");
        check.SetAction(async (_, cancellation) =>
        {
            var material = new DemoMaterial(Installation.Find("demo").DemoMaterial);
            foreach (var result in await new DemoCheck(material).RunAsync("library", cancellation))
            {
                terminal.WriteJson(
                    new CheckLine(result.Id, result.Status, result.Detail!, result.Location), CliJson.Context.CheckLine);
            }

            return ExitCode.Done;
        });
        var step = new Command("step", "Takes its part in the sample workflow.");
        step.SetAction(async (parsed, cancellation) =>
        {
            var turn = await ReadTurnAsync(terminal, cancellation);
            var agent = turn.Message.Kind is MessageKind.Submission or MessageKind.Question
                ? turn.Thread.Responder
                : turn.Thread.Initiator;
            await foreach (var reply in new StepAgent(parsed.Connect(), turn, agent).AnswerAsync(cancellation))
            {
                await SayAsync(reply, cancellation);
            }

            return ExitCode.Done;
        });
        command.Subcommands.Add(check);
        command.Subcommands.Add(step);
        command.Subcommands.Add(builder);
        command.Subcommands.Add(verifier);
        return command;
    }

    /// <summary>
    /// A command that is run again says everything again, under the ids of the first time: what the broken run wrote down of the
    /// same answer does not count twice.
    /// </summary>
    private static async Task ForgetAsync(string folder, int answered, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, PrintedFile);
        if (File.Exists(file))
        {
            var lines = await File.ReadAllLinesAsync(file, cancellation);
            await File.WriteAllLinesAsync(
                file,
                lines.Where(line => JsonSerializer.Deserialize(line, CliJson.Context.AgentReply)!.InReplyTo != answered),
                cancellation);
        }
    }

    private static Task SayAsync(AgentReply reply, CancellationToken cancellation) => ReplyFile.AppendAsync(
        MeshVariables.Read(MeshVariables.Reply)
            ?? throw new CliException(
                ExitCode.Usage, $"{MeshVariables.Reply} is not set: the demo's agents are run by 'mesh agent run'."),
        JsonSerializer.Serialize(reply, CliJson.Context.AgentReply),
        cancellation);

    private static async Task<AgentTurn> ReadTurnAsync(Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            var said = await InputText.ReadAsync(InputText.StandardInput, terminal, cancellation);
            return JsonSerializer.Deserialize(said, CliJson.Context.AgentTurn)!;
        }
        catch (JsonException malformed)
        {
            throw new CliException(ExitCode.Usage, $"Standard input is no turn of a dialogue: {malformed.Message}", malformed);
        }
    }

    private static async Task<(DemoMaterial Material, string Folder, AgentTurn Turn, Delivery Delivery)> ReadAsync(
        ParseResult parsed, string part, Terminal terminal, CancellationToken cancellation)
    {
        var installation = Installation.Find("demo");
        var turn = await ReadTurnAsync(terminal, cancellation);
        var folder = PrivateFolder.Ensure(Path.Combine(MeshFolder.Of(terminal).Private().Path, "demo", turn.Thread.ThreadId));
        var delivery = new Delivery(
            parsed.Connect(),
            turn.Thread.ThreadId,
            part == "builder" ? turn.Thread.Initiator : turn.Thread.Responder,
            Path.Combine(folder, part, "received"));
        turn = turn with { Message = await delivery.FetchAsync(turn.Message, cancellation) };
        return (new DemoMaterial(installation.DemoMaterial), folder, turn, delivery);
    }
}
