using System.Text;
using System.Text.Json;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Distillation;

namespace DurableMesh.Cli.Distill;

/// <summary>Mends what a comparator objects to: by a command, or by taking the comparator's own proposal.</summary>
/// <param name="command">
/// As the user's shell understands it. It finds <c>{"draft": …, "judgement": …}</c> on its standard input and prints the draft
/// as it should be, one JSON object. Null for none.
/// </param>
internal sealed class DraftMender(string? command)
{
    /// <summary>The draft as it should be; null where nobody knows.</summary>
    /// <exception cref="CliException">The command failed, or printed no draft.</exception>
    public async Task<QuestionAnswer?> MendAsync(QuestionAnswer draft, DraftJudgement judgement, CancellationToken cancellation)
    {
        if (command is null)
        {
            return judgement.Proposal is { } proposal && proposal != draft.Answer ? draft with { Answer = proposal } : null;
        }

        var windows = OperatingSystem.IsWindows();
        var end = await new ProgramRunner($"distill-{Guid.NewGuid():N}").RunAsync(
            new ProgramStart
            {
                FileName = windows ? "cmd.exe" : "/bin/sh",
                Arguments = windows ? ["/d", "/s", "/c", command] : ["-c", command],
                Folder = Environment.CurrentDirectory,
                Input = JsonSerializer.Serialize(new MendRequest(draft, judgement), CliJson.Context.MendRequest) + "\n",
            },
            cancellation);
        if (end.ExitCode != 0)
        {
            throw new CliException(
                ExitCode.Refused, $"--mend failed for draft {draft.Id} with exit code {end.ExitCode}: {end.ErrorTail}");
        }

        var read = QuestionAnswerReader.Read(Encoding.UTF8.GetBytes(end.Output));
        return read.Value is not { } mended
            ? throw new CliException(
                ExitCode.Refused,
                $"--mend printed no draft for {draft.Id}: "
                    + string.Join(' ', read.Errors.Select(error => $"{error.Path}: {error.Message}")))
            : mended with { Id = draft.Id } is var same && same != draft ? same : null;
    }
}

/// <summary>What the command finds on its standard input.</summary>
/// <param name="Draft">The draft.</param>
/// <param name="Judgement">What the comparator says of it.</param>
internal sealed record MendRequest(QuestionAnswer Draft, DraftJudgement Judgement);
