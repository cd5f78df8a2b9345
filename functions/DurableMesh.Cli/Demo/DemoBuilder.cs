using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// The demo's builder: hands in the library as it is, and after each verdict chooses, from a drawer of prepared patches, those
/// that answer what failed. It learns what to mend from the verdict alone, and keeps nothing between messages.
/// </summary>
internal sealed class DemoBuilder(DemoMaterial material, string workFolder)
{
    private readonly string _handedOver = Path.Combine(workFolder, "builder");

    /// <summary>Answers one message; null where there is nothing to say.</summary>
    public AgentReply? Answer(AgentTurn turn) => turn.Message switch
    {
        { Kind: MessageKind.Brief } => FirstDraft(),
        { Kind: MessageKind.Verdict, Verdict: Verdict.Fail } verdict => Mend(verdict.Checks, verdict.Artifacts),
        _ => null,
    };

    private AgentReply FirstDraft() => AgentReply.Of(MessageKind.Submission, "the library as it stands: please check it") with
    {
        Artifacts = [.. Directory.EnumerateFiles(material.Library, "*.cs").Order(StringComparer.Ordinal)
            .Select(file => Workpiece.HandOverSource(file, _handedOver))],
    };

    private AgentReply Mend(IReadOnlyList<Check> checks, IReadOnlyList<Artifact> soFar)
    {
        var drawer = PreparedFix.ReadAll(material.Fixes).Where(fix => !soFar.Any(artifact => artifact.Is(fix))).ToList();
        var failing = checks.Where(check => check.Status == CheckStatus.Fail).ToList();
        var chosen = failing
            .Select(check => drawer.FirstOrDefault(fix => fix.Fits(check.Id, check.Detail ?? "")))
            .OfType<PreparedFix>()
            .ToList();
        if (chosen.Count == 0)
        {
            var unanswered = string.Join(", ", failing.Select(check => check.Id));
            return AgentReply.Of(MessageKind.Question, $"I have nothing for {unanswered}: what now?");
        }

        List<Artifact> work = [.. soFar, .. chosen.Select(fix => Workpiece.HandOverPatch(fix, _handedOver))];
        Workpiece.Compose(work, Path.Combine(_handedOver, "tried"));
        var words = string.Join('\n', chosen.Select(fix => $"{fix.Answers}: {fix.Subject}"));
        return AgentReply.Of(MessageKind.Submission, words) with { Artifacts = work };
    }
}
