using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Core.Distillation;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Distill;

/// <summary>A comparator that needs no model: holds each draft against the entries of a baseline that are most like it.</summary>
internal sealed class BaselineComparator(BaselineIndex baseline) : IAgentHandler
{
    private const int Nearest = 8;

    /// <inheritdoc/>
    public async Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
    {
        if (run.Turn.Message.Kind != MessageKind.Submission)
        {
            return new RunEnd.Done("I hold drafts against a baseline by rules, and know no more than it says.");
        }

        var batch = DraftBatch.Read(run.Turn.Message.Body);
        await run.SayAsync(batch.Value is { } drafts ? Judge(drafts) : Refuse(batch.Errors), cancellation);
        return new RunEnd.Done();
    }

    private AgentReply Judge(DraftBatch batch)
    {
        DraftJudgement[] judgements =
            [.. batch.Drafts.Select(draft => BaselineRules.Judge(draft, baseline.Nearest(draft, Nearest)))];
        var body = JsonSerializer.SerializeToUtf8Bytes(new DraftJudgements(judgements), CliJson.Context.DraftJudgements);
        return new AgentReply
        {
            Kind = MessageKind.Verdict,
            Verdict = batch.VerdictOf(judgements),
            Checks = DraftBatch.ChecksOf(judgements),
            Body = JsonText.Parse(body),
        };
    }

    private static AgentReply Refuse(IReadOnlyList<InputError> errors) => new()
    {
        Kind = MessageKind.Verdict,
        Verdict = Verdict.Blocked,
        Body = JsonText.OfString(string.Join('\n', errors.Select(error => $"{error.Path}: {error.Message}"))),
    };
}
