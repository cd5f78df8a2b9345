using DurableMesh.Core.Identity;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Gate;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// Makes of a definition what a run may be started with: its agents by id, and nothing in its words that their readers may not
/// see.
/// </summary>
public sealed class WorkflowDrafts(
    IAgentDirectory agents, IAuthorityDirectory authority, IPolicySource policies, IPseudonyms pseudonyms, TimeProvider time)
{
    /// <summary>What definitions are held against.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<WorkflowSurroundings> AroundAsync(CancellationToken cancellation) => new(
        await agents.ReadAsync(cancellation),
        (await authority.ReadAsync(cancellation)).Current,
        policies.Current,
        time.GetUtcNow());

    /// <summary>Drafts a run.</summary>
    /// <param name="workflowId">Its id.</param>
    /// <param name="definition">The definition, without a mistake.</param>
    /// <param name="around">What it was held against.</param>
    /// <param name="by">Who starts it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<WorkflowStart> DraftAsync(
        string workflowId, WorkflowDefinition definition, WorkflowSurroundings around, Subject by, CancellationToken cancellation)
    {
        var key = await pseudonyms.OfAsync(workflowId, cancellation);
        var removed = RedactionCounts.None;
        var steps = around.PlanOf(definition).Select(step =>
        {
            var trust = around.Policy.Trust.Decide(around.Registry.Find(step.Initiator)!, around.Registry.Find(step.Responder)!);
            var redaction = new RequestRedaction(key, trust.ToResponder.ScopeOf());
            var redacted = Redacted(step, redaction);
            removed = removed.Add(redaction.Removed ?? RedactionCounts.None);
            return redacted;
        }).ToList();
        return new WorkflowStart
        {
            WorkflowId = workflowId,
            Name = definition.Name,
            Description = definition.Description,
            Priority = definition.Priority,
            Actor = around.Registry.Resolve(definition.Actor),
            ResponderMode = definition.ResponderMode,
            Surface = definition.Surface,
            McTask = definition.McTask!,
            CostCapUsd = around.CostCapOf(definition),
            ThreadCapUsd = around.Policy.Limits.Maxima.CostCapUsd,
            CreatedAt = around.Now,
            Deadline = around.Now + WorkflowSurroundings.TtlOf(definition),
            StartedBy = by.ToString(),
            RequestHash = Core.Evidence.ContentHash.Of(definition),
            EvidencePath = WorkflowStart.EvidencePathOf(workflowId, around.Now),
            Redactions = removed.Total > 0 ? removed : null,
            Steps = steps,
        };
    }

    /// <summary>A step's words go into its brief, so they are stored as that may be.</summary>
    private static PlannedStep Redacted(PlannedStep step, RequestRedaction redaction)
    {
        var brief = redaction.Of(Request(step, new Brief
        {
            Subject = step.Title,
            Body = JsonText.OfString(step.Prompt),
            Acceptance = step.Acceptance,
        })).Brief;
        return step with
        {
            Title = brief.Subject,
            Prompt = brief.Body!.ToDisplayText(),
            Acceptance = brief.Acceptance,
            Purpose = step.Purpose is null
                ? null
                : redaction.Of(Request(step, new Brief { Subject = step.Purpose })).Brief.Subject,
        };
    }

    private static StartThreadRequest Request(PlannedStep step, Brief brief) => new()
    {
        Pattern = step.Pattern,
        McTask = "",
        Initiator = step.Initiator,
        Responder = step.Responder,
        Brief = brief,
    };
}
