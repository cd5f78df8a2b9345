using System.Buffers;
using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Threads;
using DurableMesh.Client;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Artifacts;

/// <summary>
/// <c>mesh artifact</c>: files that travel in a thread. In a runner's command its thread and agent go without saying.
/// </summary>
internal static class ArtifactCommand
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private static readonly Option<string?> As = new("--as")
    {
        Description = $"The party whose file it is. [default: {MeshVariables.Agent}]",
        HelpName = "ID",
    };

    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Its name in the thread. [default: the file's]",
        HelpName = "NAME",
    };

    private static readonly Option<bool> HashOnly = CommonOptions.IdOnly("the SHA-256 of what is kept");

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
        var command = new Command("put", "Give a file to a thread's other party.") { arguments, As, Name, HashOnly };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (thread, file) = Split(parsed.GetRequiredValue(arguments), terminal);
            var agent = parsed.GetValue(As) ?? terminal.Variable(MeshVariables.Agent)
                ?? throw new CliException(ExitCode.Usage, $"Whose file is it? Say so with --as ID, or in {MeshVariables.Agent}.");
            var name = parsed.GetValue(Name) ?? NameOf(file);
            var content = await ArtifactFile.ReadAsync(file, terminal, cancellation);
            var mesh = parsed.Connect();
            var threadId = await ThreadIds.FindAsync(mesh, thread, cancellation);
            var kept = await mesh.KeepArtifactAsync(threadId, agent, name, content, cancellation);
            if (parsed.GetValue(HashOnly))
            {
                terminal.Say(kept.Sha256);
            }
            else if (parsed.WantsJson())
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
            var (thread, given) = Split(parsed.GetRequiredValue(arguments), terminal);
            if (given.Length == 0 || given.AsSpan().ContainsAnyExcept(Digits))
            {
                throw new CliException(
                    ExitCode.Usage, $"'{given}' is no SHA-256, 64 hexadecimal digits in lower case, and no beginning of one.");
            }

            var file = parsed.GetRequiredValue(OutFile);
            var toOutput = file == InputText.StandardInput;
            if (toOutput && terminal.OutputIsTerminal)
            {
                throw new CliException(ExitCode.Usage, "A file may hold anything; no terminal shows it. Say --out FILE.");
            }

            var mesh = parsed.Connect();
            var threadId = await ThreadIds.FindAsync(mesh, thread, cancellation);
            var sha256 = ContentHash.IsHex(given) ? given : await FindAsync(mesh, threadId, given, cancellation);
            var content = await mesh.GetArtifactAsync(threadId, sha256, cancellation);
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
                terminal.Hint($"{content.Length:N0} bytes in {file}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string[]> ThreadAnd(string other, string described) => new($"THREAD {other}")
    {
        Description = $"The thread's id, which {MeshVariables.Thread} may say instead, and {described}.",
        Arity = new ArgumentArity(1, 2),
    };

    private static (string Thread, string Other) Split(string[] given, Terminal terminal) => given is [var thread, var other]
        ? (thread, other)
        : (terminal.Variable(MeshVariables.Thread)
            ?? throw new CliException(ExitCode.Usage, $"Which thread? Say its id, or in {MeshVariables.Thread}."), given[0]);

    /// <summary>The whole hash of a file that a message of the thread names.</summary>
    private static async Task<string> FindAsync(MeshClient mesh, string threadId, string begin, CancellationToken cancellation)
    {
        var hashes = new HashSet<string>();
        for (var (after, more) = (0, true); more;)
        {
            var page = await mesh.GetMessagesAsync(threadId, after, to: null, TimeSpan.Zero, cancellation);
            hashes.UnionWith(page.Messages.SelectMany(message => message.Artifacts).Select(artifact => artifact.Sha256)
                .Where(hash => hash.StartsWith(begin, StringComparison.Ordinal)));
            (after, more) = (page.NextAfter, page.Messages.Count > 0);
        }

        return hashes.Count == 1 ? hashes.Single() : throw new CliException(
            hashes.Count == 0 ? ExitCode.Refused : ExitCode.Usage,
            hashes.Count == 0
                ? $"No message of the thread names a file whose SHA-256 begins with {begin}."
                : $"The SHA-256 of several files begin with {begin}; say more of it:\n  {string.Join("\n  ", hashes)}");
    }

    private static string NameOf(string file) => file != InputText.StandardInput
        ? Path.GetFileName(file)
        : throw new CliException(ExitCode.Usage, "Standard input has no name: say --name NAME.");
}
