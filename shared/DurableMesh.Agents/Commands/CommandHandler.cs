using System.Text.Json;
using DurableMesh.Agents.Money;
using DurableMesh.Agents.Processes;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Commands;

/// <summary>A command line that answers messages.</summary>
/// <param name="Line">As the user's shell understands it.</param>
/// <param name="Mesh">The mesh's address, for the command.</param>
/// <param name="Key">The agent's key, for the command; null for none.</param>
public sealed record CommandOptions(string Line, Uri Mesh, string? Key)
{
    /// <summary>Gets the command's standard error, line by line; null for nobody.</summary>
    public Action<string>? OnErrorLine { get; init; }
}

/// <summary>
/// Runs a command for each message. It finds the turn as JSON on its standard input, says what steers through <c>MESH_REPLY</c>,
/// and its standard output is text: the initiator's submission, or the answer to a question.
/// </summary>
public sealed class CommandHandler(CommandOptions options) : IAgentHandler
{
    /// <summary>The exit code that means "not now" (EX_TEMPFAIL of BSD's sysexits).</summary>
    public const int NotNow = 75;

    /// <inheritdoc/>
    public async Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
    {
        using var channel = ReplyChannel.Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var program = run.Programs.RunAsync(Prepare(run, channel.Path), stop.Token);
        string? malformed = null;
        try
        {
            await channel.ListenAsync(program, TakeAsync, cancellation);
        }
        catch (BadReplyException endless)
        {
            return new RunEnd.Refused("bad_reply", endless.Message);
        }
        finally
        {
            // Nothing of the command is left when the run has ended, however it ended.
            await stop.CancelAsync();
            await ((Task)program).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await program switch
        {
            { ExitCode: NotNow } later => new RunEnd.Later(Words(later, "It asks for another try later")),
            { ExitCode: not 0 } failed => new RunEnd.Failed(Words(failed, $"Its exit code was {failed.ExitCode}")),
            _ when malformed is not null => new RunEnd.Refused("bad_reply", malformed),
            var done => new RunEnd.Done(done.Output),
        };

        async Task TakeAsync(string line)
        {
            try
            {
                await SayAsync(run, line, cancellation);
            }
            catch (BadReplyException bad)
            {
                malformed ??= bad.Message;
            }
        }
    }

    private static async Task SayAsync(AgentRun run, string line, CancellationToken cancellation)
    {
        if (ReplyChannel.Read(line) is not { } said)
        {
            return;
        }

        if (said.Usage is { } usage)
        {
            run.Spent(ReadUsage(usage));
        }

        if (said.Kind is { } kind)
        {
            await run.SayAsync(
                new AgentReply
                {
                    Kind = kind,
                    Body = said.Body,
                    Checks = said.Checks ?? [],
                    Artifacts = said.Artifacts ?? [],
                    InReplyTo = said.InReplyTo,
                    Verdict = said.Verdict,
                },
                cancellation);
        }
        else if (said.Usage is null)
        {
            throw new BadReplyException("A line of $MESH_REPLY has neither a kind nor usage.");
        }
    }

    private static Usage ReadUsage(JsonElement usage)
    {
        try
        {
            return UsageReader.Read(usage);
        }
        catch (FormatException unknown)
        {
            throw new BadReplyException($"A usage of $MESH_REPLY cannot be read: {unknown.Message}", unknown);
        }
    }

    private ProgramStart Prepare(AgentRun run, string replies)
    {
        var windows = OperatingSystem.IsWindows();
        return new ProgramStart
        {
            FileName = windows ? "cmd.exe" : "/bin/sh",
            Arguments = windows ? ["/d", "/s", "/c", options.Line] : ["-c", options.Line],
            Folder = run.Folder,
            Input = JsonSerializer.Serialize(run.Turn, AgentsJson.Context.AgentTurn) + "\n",
            OnErrorLine = options.OnErrorLine,
            Environment = new Dictionary<string, string?>
            {
                [MeshVariables.Url] = options.Mesh.AbsoluteUri.TrimEnd('/'),
                [MeshVariables.Thread] = run.Turn.Thread.ThreadId,
                [MeshVariables.Agent] = run.Agent,
                [MeshVariables.Key] = options.Key ?? "",
                [MeshVariables.Reply] = replies,
            },
        };
    }

    private static string Words(ProgramEnd end, string what) =>
        end.ErrorTail.Length > 0 ? $"{what}; it said:\n{end.ErrorTail}" : $"{what}; it said nothing.";
}
