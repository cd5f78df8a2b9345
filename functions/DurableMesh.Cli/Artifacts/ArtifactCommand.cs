using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Artifacts;

/// <summary>
/// <c>mesh artifact</c>: files that travel in a thread. In a runner's command its thread and agent go without saying.
/// </summary>
internal static class ArtifactCommand
{
    private const string ThreadVariable = "MESH_THREAD";
    private const string AgentVariable = "MESH_AGENT";

    private static readonly Option<string?> As = new("--as")
    {
        Description = "The party whose file it is. [default: MESH_AGENT]",
        HelpName = "ID",
    };

    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Its name in the thread. [default: the file's]",
        HelpName = "NAME",
    };

    private static readonly Option<string> OutFile = new("--out", "-o")
    {
        Description = "Write it to a file, all of it or nothing. [default: standard output]",
        HelpName = "FILE",
        DefaultValueFactory = _ => InputText.StandardInput,
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("artifact", "Files that travel in a thread.")
    {
        Put(terminal),
        Get(terminal),
    };

    private static Command Put(Terminal terminal)
    {
        var arguments = ThreadAnd("FILE", "the file; - for standard input");
        var command = new Command("put", "Give a file to a thread's other party.") { arguments, As, Name };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (threadId, file) = Split(parsed.GetRequiredValue(arguments));
            var agent = parsed.GetValue(As) ?? Variable(AgentVariable)
                ?? throw new CliException(ExitCode.Usage, $"Whose file is it? Say so with --as ID, or in {AgentVariable}.");
            var name = parsed.GetValue(Name) ?? NameOf(file);
            var content = await ArtifactFile.ReadAsync(file, terminal, cancellation);
            var kept = await parsed.Connect().KeepArtifactAsync(threadId, agent, name, content, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(kept.ToArtifact(), CliJson.Context.Artifact);
            }
            else
            {
                terminal.Say($"{kept.Name}  {kept.Sha256}  {kept.Size}");
            }

            if (kept.Redactions is { } removed)
            {
                terminal.Note.MarkupLineInterpolated(
                    $"[yellow]The trust zones took out {removed.Total}[/] {removed}: hash and size are those of what is kept");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Get(Terminal terminal)
    {
        var arguments = ThreadAnd("SHA256", "the file's SHA-256, as a message names it");
        var command = new Command("get", "Fetch a file of a thread; its hash is checked.") { arguments, OutFile };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (threadId, sha256) = Split(parsed.GetRequiredValue(arguments));
            if (!ContentHash.IsHex(sha256))
            {
                throw new CliException(ExitCode.Usage, $"'{sha256}' is no SHA-256: 64 hexadecimal digits in lower case.");
            }

            var file = parsed.GetRequiredValue(OutFile);
            var toOutput = file == InputText.StandardInput;
            if (toOutput && terminal.OutputIsTerminal)
            {
                throw new CliException(ExitCode.Usage, "A file may hold anything; no terminal shows it. Say --out FILE.");
            }

            var content = await parsed.Connect().GetArtifactAsync(threadId, sha256, cancellation);
            if (toOutput)
            {
                await using var output = terminal.OpenOutput();
                await output.WriteAsync(content, cancellation);
                return ExitCode.Done;
            }

            await ArtifactFile.WriteAsync(file, content, cancellation);
            if (parsed.WantsJson())
            {
                var got = new Artifact { Name = Path.GetFileName(file), Sha256 = sha256, Size = content.Length };
                terminal.WriteJson(got, CliJson.Context.Artifact);
            }
            else
            {
                terminal.Note.MarkupLineInterpolated($"[grey]{content.Length:N0} bytes in {file}[/]");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string[]> ThreadAnd(string other, string described) => new($"THREAD {other}")
    {
        Description = $"The thread's id, which {ThreadVariable} may say instead, and {described}.",
        Arity = new ArgumentArity(1, 2),
    };

    private static (string ThreadId, string Other) Split(string[] given) => given is [var thread, var other]
        ? (thread, other)
        : (Variable(ThreadVariable)
            ?? throw new CliException(ExitCode.Usage, $"Which thread? Say its id first, or in {ThreadVariable}."), given[0]);

    private static string NameOf(string file) => file != InputText.StandardInput
        ? Path.GetFileName(file)
        : throw new CliException(ExitCode.Usage, "Standard input has no name: say --name NAME.");

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
