using DurableMesh.Agents.Processes;
using DurableMesh.Agents.Prompts;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>
/// Answers an agent's messages with a coding agent, one session of it for each thread: the session is resumed from round to
/// round and gets only
/// what is new; where it is lost, a new one gets the brief, the last answer and the news.
/// </summary>
/// <param name="cli">The coding agent.</param>
/// <param name="options">How it works.</param>
public sealed class CodingAgentHandler(ICodingAgent cli, CodingAgentOptions options) : IAgentHandler
{
    private const string BrokenOff =
        "Your last run was broken off. It may have heard what follows, and may have done a part of it: look before you go on.";

    private const string SessionLost =
        "You worked on this before, in a session that is lost; the working folder is as you left it. Your last answer was:";

    private const string Patch = "changes.patch";
    private const int NotFound = 127;
    private const int MaxLastAnswer = 4_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    private readonly KnownKeys _keys = new([.. cli.Needs.Keys, MeshVariables.Key]);

    /// <inheritdoc/>
    public async Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
    {
        var home = Path.Combine(options.Home, Uri.EscapeDataString(run.Turn.Thread.ThreadId));
        Directory.CreateDirectory(home);
        var place = new Place(home, options.Programs ?? run.Programs);
        var session = CodingSession.Read(run.Session, cli.Name) ?? await BeginAsync(run, place, cancellation);
        try
        {
            await ReceiveAsync(run, place, session, cancellation);
        }
        catch (IOException unfit)
        {
            return new RunEnd.Failed($"{cli.Needs.Title}: {Patch} cannot be verified here: {unfit.Message}", ForGood: true);
        }

        if (options.IsFresh || (session.CanResume && cli.FileOf(session) is { } file && !File.Exists(file)))
        {
            session = Forget(session);
        }

        var (result, after) = await CallAsync(run, place, session, cancellation);
        if (result.Failure?.Kind == CodingFailureKind.LostSession && session.CanResume)
        {
            (result, after) = await CallAsync(run, place, Forget(after), cancellation);
        }

        if (result.Failure is { } failure)
        {
            return EndOf(failure, run);
        }

        var answer = _keys.Hide(result.Text ?? "").Trim();
        await run.KeepAsync(
            (after with { Known = after.Told, LastAnswer = Beginning(answer) }).ToJson(), cancellation);
        return IsVerdictWanted(run, after.Flags)
            ? await JudgeAsync(run, _keys.Hide(result.Structured ?? answer), cancellation)
            : await SubmitAsync(run, place, after, answer, cancellation);
    }

    private async Task<CodingSession> BeginAsync(AgentRun run, Place place, CancellationToken cancellation)
    {
        var role = options.Role ?? (run.Agent == run.Turn.Thread.Initiator ? CodingRole.Builder : CodingRole.Verifier);
        return new CodingSession
        {
            Preset = cli.Name,
            Flags = new CodingFlags
            {
                Role = role,
                Model = options.Model,
                Allow = options.Allow,
                MaxTurns = options.MaxTurns,
                MaxUsd = options.MaxUsd,
                Schema = role == CodingRole.Verifier && cli.TakesSchema ? VerdictAnswer.Schema(run.Turn.Brief.Checks) : null,
            },
            BaseCommit = await new ChangedFiles(place.Programs, run.Folder).BaseAsync(cancellation),
        };
    }

    /// <summary>Lays the submitted patch out in a verifier's own working copy.</summary>
    private async Task ReceiveAsync(AgentRun run, Place place, CodingSession session, CancellationToken cancellation)
    {
        var patch = run.Turn.Message.Artifacts.FirstOrDefault(artifact => artifact.Name == Patch);
        if (session is { Flags.Role: CodingRole.Verifier, BaseCommit: { } commit }
            && options.Fetch is { } fetch && patch is not null)
        {
            var file = Path.Combine(place.Home, "received.patch");
            await File.WriteAllBytesAsync(file, await fetch(run, patch, cancellation), cancellation);
            await new ChangedFiles(place.Programs, run.Folder).ApplyAsync(commit, file, cancellation);
        }
    }

    /// <summary>Runs the CLI once. What it spent is told however it ends.</summary>
    private async Task<(CodingResult Result, CodingSession After)> CallAsync(
        AgentRun run, Place place, CodingSession session, CancellationToken cancellation)
    {
        var asked = session with { Id = session.Id ?? cli.NewSession(place.Home) };
        var launch = cli.Launch(asked, new CodingPrompt(PromptFor(run, session), run.Folder, place.Home, options.Program));
        foreach (var (path, content) in launch.Files)
        {
            await File.WriteAllTextAsync(path, content, cancellation);
        }

        var after = asked with { IsBegun = true, Told = run.Turn.Message.Sequence };
        await run.KeepAsync(after.ToJson(), cancellation);
        using var call = new CodingCall(run, cli.Listen(asked), after, cancellation);
        try
        {
            var end = await place.Programs.RunAsync(
                launch.Program with
                {
                    Environment = new Dictionary<string, string?>(launch.Program.Environment)
                    {
                        [MeshVariables.Key] = null,

                        // opencode takes its folder from here, and would work in the runner's.
                        ["PWD"] = run.Folder,
                    },
                    OnOutputLine = call.Read,
                },
                call.Cancellation);
            return (end.ExitCode == NotFound ? NotInstalled(end) : call.Finish(end), call.After);
        }
        catch (OperationCanceledException) when (call.Limit is not null && !cancellation.IsCancellationRequested)
        {
            return (new CodingResult(null, null, call.Limit), call.After);
        }
        finally
        {
            call.Settle();
        }
    }

    private string PromptFor(AgentRun run, CodingSession session)
    {
        var how = IsVerdictWanted(run, session.Flags) ? HowToJudge(run.Turn.Brief.Checks) : "";
        if (session.CanResume)
        {
            var turn = run.Turn with { Since = [.. run.Turn.Since.Where(message => message.Sequence > session.Known)] };
            var prompt = options.Templates.Next(turn, run.Agent, how);
            return session.Told == turn.Message.Sequence && turn.Refused is null ? $"{BrokenOff}\n\n{prompt}" : prompt;
        }

        var whole = options.Templates.Whole(run.Turn, run.Agent, isFirst: true, how);
        return session.LastAnswer is { } last
            ? $"{whole}\n{SessionLost}\n\n{QuotedText.Of("your last answer", last)}\n"
            : whole;
    }

    private string HowToJudge(IReadOnlyList<Check> criteria)
    {
        var ids = string.Join(", ", criteria.Select(criterion => criterion.Id));
        const string Rules =
            "Say pass only where you have seen every required criterion hold; detail is the evidence that you saw, in a line; " +
            "location is file:line, or null.";
        return cli.TakesSchema
            ? $"Give your verdict in the form that your answer must have, with one check for each of {ids}. {Rules}"
            : $$"""
                {{Rules}} End your answer with one fenced block of JSON and nothing after it, with one check for each of {{ids}}:

                ```json
                {"verdict": "pass|fail|partial|blocked", "summary": "…", "checks": [
                  {"id": "…", "status": "pass|fail|skipped", "detail": "…", "location": null}]}
                ```
                """;
    }

    private static bool IsVerdictWanted(AgentRun run, CodingFlags flags) =>
        flags.Role == CodingRole.Verifier && run.Turn.Message.Kind != MessageKind.Question && !run.Turn.Thread.IsAdvice;

    private static async Task<RunEnd> JudgeAsync(AgentRun run, string answer, CancellationToken cancellation)
    {
        try
        {
            await run.SayAsync(VerdictAnswer.Read(answer, run.Turn.Brief.Checks), cancellation);
            return new RunEnd.Done();
        }
        catch (BadVerdictException bad)
        {
            return new RunEnd.Refused("bad_verdict", bad.Message);
        }
    }

    private async Task<RunEnd> SubmitAsync(
        AgentRun run, Place place, CodingSession session, string answer, CancellationToken cancellation)
    {
        if (answer.Length == 0)
        {
            return new RunEnd.Refused("no_answer", "The answer has no words: say what was done, and how it was tried.");
        }

        if (run.Turn.Message.Kind == MessageKind.Question
            || session is not { Flags.Role: CodingRole.Builder, BaseCommit: { } commit })
        {
            return new RunEnd.Done(answer);
        }

        var patch = Path.Combine(place.Home, Patch);
        var changed = await new ChangedFiles(place.Programs, run.Folder).WritePatchAsync(commit, patch, cancellation);
        var artifacts = changed && options.Attach is { } attach ? await attach(run, [patch], cancellation) : [];
        await run.SayAsync(AgentReply.Of(MessageKind.Submission, answer) with { Artifacts = artifacts }, cancellation);
        return new RunEnd.Done();
    }

    private RunEnd EndOf(CodingFailure failure, AgentRun run)
    {
        var words = $"{cli.Needs.Title}: {_keys.Hide(failure.Words)}";
        return failure.Kind switch
        {
            CodingFailureKind.NotConfigured => new RunEnd.Failed(
                $"{words}. To mend it: {cli.Needs.Login}; 'mesh agent doctor --with {cli.Name}' says what is missing.",
                ForGood: true),
            CodingFailureKind.Overloaded => new RunEnd.Later(words, Pause * Math.Pow(2, Math.Clamp(run.Attempt - 1, 0, 3))),
            CodingFailureKind.MoneyLimit => new RunEnd.Failed(words, ForGood: true),
            _ => new RunEnd.Failed(words),
        };
    }

    private CodingResult NotInstalled(ProgramEnd end) => new(null, null, new CodingFailure(
        CodingFailureKind.NotConfigured,
        $"'{options.Program ?? cli.Needs.Program}' could not be started ({CodingFailure.Shorten(end.ErrorTail)}): " +
        $"npm install -g {cli.Needs.Package}"));

    private static CodingSession Forget(CodingSession session) =>
        session with { Id = null, IsBegun = false, Known = 0, Told = 0, Reported = null };

    private static string? Beginning(string answer) =>
        answer.Length == 0 ? null : WholeText.Cut(answer, MaxLastAnswer);

    private sealed record Place(string Home, IProgramRunner Programs);
}
