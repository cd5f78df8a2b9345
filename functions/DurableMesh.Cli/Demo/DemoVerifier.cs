using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// The demo's verifier: builds what was submitted with the real compiler, runs the real acceptance checks, says each failure
/// as soon as it sees it, and then gives its verdict. It keeps nothing between messages, so a round can be done again.
/// </summary>
internal sealed class DemoVerifier(DemoMaterial material, string workFolder)
{
    /// <summary>The criterion that the compiler answers.</summary>
    internal const string Builds = "AC-1";

    /// <summary>Answers one message.</summary>
    public IAsyncEnumerable<AgentReply> AnswerAsync(AgentTurn turn, CancellationToken cancellation) => turn.Message.Kind switch
    {
        MessageKind.Submission => VerifyAsync(turn, cancellation),
        MessageKind.Question => GiveUp(),
        _ => AsyncEnumerable.Empty<AgentReply>(),
    };

    private async IAsyncEnumerable<AgentReply> VerifyAsync(
        AgentTurn turn, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var submitted = turn.Message.Artifacts;
        var laboratory = new Laboratory(Path.Combine(workFolder, "verifier", $"message-{turn.Message.Sequence}"));
        laboratory.Prepare(material.Acceptance);
        var checks = new List<Check>();
        foreach (var fault in await BuildAsync(laboratory, submitted, cancellation))
        {
            checks.Add(fault);
            yield return Finding(fault);
        }

        var others = turn.Brief.Checks.Select(criterion => criterion.Id).Where(id => id != Builds);
        if (checks.Count > 0)
        {
            checks.AddRange(others.Select(id => Laboratory.Failed(id, "cannot hold while it does not build", location: null)));
        }
        else
        {
            checks.Add(new Check { Id = Builds, Status = CheckStatus.Pass, Detail = "no error, no warning" });
            foreach (var id in others)
            {
                var check = await laboratory.RunCheckAsync(id, cancellation);
                checks.Add(check);
                if (check.Status == CheckStatus.Fail)
                {
                    yield return Finding(check);
                }
            }
        }

        yield return Verdict(checks, submitted);
    }

    private static async Task<IReadOnlyList<Check>> BuildAsync(
        Laboratory laboratory, IReadOnlyList<Artifact> submitted, CancellationToken cancellation)
    {
        try
        {
            Workpiece.Compose(submitted, laboratory.Library);
        }
        catch (UnsoundWorkException unsound)
        {
            return [Laboratory.Failed(Builds, unsound.Message, location: null)];
        }

        return [.. (await laboratory.BuildAsync(cancellation)).Select(diagnostic =>
            Laboratory.Failed(Builds, diagnostic.Text, $"{diagnostic.File}:{diagnostic.Line}"))];
    }

    private static AgentReply Finding(Check check) => AgentReply.Of(MessageKind.Finding, check.Detail!) with { Checks = [check] };

    private static AgentReply Verdict(List<Check> checks, IReadOnlyList<Artifact> submitted)
    {
        var perCriterion = checks.GroupBy(check => check.Id).Select(OnePerCriterion).ToList();
        var failed = perCriterion.Count(check => check.Status == CheckStatus.Fail);
        var words = failed == 0
            ? $"all {perCriterion.Count} criteria hold"
            : $"{failed} of {perCriterion.Count} criteria do not hold";
        return AgentReply.Of(MessageKind.Verdict, words) with
        {
            Verdict = failed == 0 ? Core.Wire.Verdict.Pass : Core.Wire.Verdict.Fail,
            Checks = perCriterion,
            Artifacts = submitted,
        };
    }

    private static Check OnePerCriterion(IGrouping<string, Check> checks)
    {
        var first = checks.First();
        var more = checks.Count() - 1;
        return more == 0 ? first : first with { Detail = $"{first.Detail} (and {more} more)" };
    }

    private static async IAsyncEnumerable<AgentReply> GiveUp()
    {
        await Task.CompletedTask;
        yield return AgentReply.Of(MessageKind.Verdict, "the builder has nothing left to try") with
        {
            Verdict = Core.Wire.Verdict.Blocked,
        };
    }
}
