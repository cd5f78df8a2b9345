using System.Text;
using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// The scripted agents of the workflow demo: a builder that writes a claim and mends it, an advisor that says what it leaves
/// open, a verifier that looks for each bound in it. The claim is a real file, which goes from thread to thread.
/// </summary>
/// <param name="mesh">The mesh.</param>
/// <param name="turn">What is to be answered.</param>
/// <param name="agent">The agent.</param>
internal sealed class StepAgent(MeshClient mesh, AgentTurn turn, string agent)
{
    private const string Name = "claim.md";

    private static readonly (string Id, string Shows, string Line)[] Bounds =
    [
        ("AC-1", "retry limiter", "# The retry limiter"),
        ("AC-2", "tries", "- It tries a call at most 5 times: 5 tries, the first one included."),
        ("AC-3", "seconds", "- All of them happen within 30 seconds."),
    ];

    /// <summary>Answers the message.</summary>
    public async IAsyncEnumerable<AgentReply> AnswerAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var message = turn.Message;
        switch (message.Kind)
        {
            case MessageKind.Brief:
                var claim = await HandedOnAsync(cancellation) ?? FirstDraft();
                yield return await SubmitAsync("the claim as it stands", claim, cancellation);
                break;
            case MessageKind.Verdict:
                var failed = message.Checks
                    .Where(check => check.Status == CheckStatus.Fail)
                    .Select(check => check.Id)
                    .ToHashSet();
                var lines = Bounds.Where(bound => failed.Contains(bound.Id)).Select(bound => $"{bound.Line}\n");
                var mended = await ClaimAsync(message, cancellation) + string.Concat(lines);
                yield return await SubmitAsync("mended by the verdict", mended, cancellation);
                break;
            case MessageKind.Answer:
                yield return AgentReply.Of(MessageKind.Acknowledgement, "Thank you: the next step will state both.");
                break;
            case MessageKind.Submission when turn.Thread.IsAdvice:
                yield return AgentReply.Of(MessageKind.Answer, Advise(await ClaimAsync(message, cancellation)));
                break;
            case MessageKind.Submission:
                foreach (var reply in Verify(await ClaimAsync(message, cancellation)))
                {
                    yield return reply;
                }

                break;
        }
    }

    private static string FirstDraft() => "# The retry limiter\n\nIt tries a call again that failed.\n";

    private static string Advise(string claim)
    {
        var open = Bounds
            .Where(bound => !claim.Contains(bound.Shows, StringComparison.Ordinal))
            .Select(bound => bound.Shows)
            .ToList();
        return open.Count == 0
            ? "It leaves nothing open."
            : $"It leaves open: {string.Join(", ", open)}. Whoever calls could wait for ever.";
    }

    private IEnumerable<AgentReply> Verify(string claim)
    {
        var wanted = turn.Brief.Checks.Select(check => check.Id).ToHashSet();
        Check[] checks =
        [
            .. Bounds
                .Where(bound => wanted.Contains(bound.Id))
                .Select(bound => claim.Contains(bound.Shows, StringComparison.Ordinal)
                    ? new Check { Id = bound.Id, Status = CheckStatus.Pass, Detail = $"it says '{bound.Shows}'" }
                    : new Check { Id = bound.Id, Status = CheckStatus.Fail, Detail = $"it does not say '{bound.Shows}'" }),
        ];
        var failed = checks.Where(check => check.Status == CheckStatus.Fail).ToList();
        foreach (var check in failed)
        {
            yield return AgentReply.Of(MessageKind.Finding, check.Detail!) with { Checks = [check] };
        }

        yield return AgentReply.Of(
            MessageKind.Verdict, failed.Count == 0 ? "every bound is stated" : $"{failed.Count} bounds are not stated") with
        {
            Verdict = failed.Count == 0 ? Core.Wire.Verdict.Pass : Core.Wire.Verdict.Fail,
            Checks = checks,
            Artifacts = turn.Message.Artifacts,
        };
    }

    /// <summary>What an earlier step hands on, out of this thread: the mesh has put it there.</summary>
    private async Task<string?> HandedOnAsync(CancellationToken cancellation)
    {
        var brief = turn.Brief.Body is { } body ? JsonSerializer.Deserialize<WorkflowBrief>(body.Text, MeshJson.Options) : null;
        return brief?.HandedOn.SelectMany(one => one.Artifacts).LastOrDefault(artifact => artifact.Name == Name) is { } claim
            ? await TextAsync(claim, cancellation)
            : null;
    }

    private Task<string> ClaimAsync(MessageView message, CancellationToken cancellation) =>
        TextAsync(message.Artifacts.Single(artifact => artifact.Name == Name), cancellation);

    private async Task<string> TextAsync(Artifact artifact, CancellationToken cancellation) =>
        Encoding.UTF8.GetString(await mesh.GetArtifactAsync(turn.Thread.ThreadId, artifact.Sha256, cancellation));

    private async Task<AgentReply> SubmitAsync(string words, string claim, CancellationToken cancellation)
    {
        var content = Encoding.UTF8.GetBytes(claim);
        var artifact = await mesh.PutArtifactAsync(turn.Thread.ThreadId, agent, Name, content, cancellation);
        return AgentReply.Of(MessageKind.Submission, words) with { Artifacts = [artifact] };
    }
}
