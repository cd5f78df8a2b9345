using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Identity;

/// <summary>
/// Who a request comes from, and what they may do. All rules about that stand here: an agent speaks as itself and reads what it
/// is a party to; an operator reads all, starts and cancels for others, decides and changes policy, but speaks as no agent.
/// </summary>
public sealed class Caller
{
    private readonly IReadOnlyList<Scope> _scopes;

    /// <summary>The bearer of a key.</summary>
    /// <param name="subject">Whose key it is.</param>
    /// <param name="scopes">What it allows.</param>
    public Caller(Subject subject, IReadOnlyList<Scope> scopes) => (Subject, _scopes) = (subject, scopes);

    private Caller() => _scopes = Enum.GetValues<Scope>();

    /// <summary>Whoever asks without a key where none is needed: believed in all they say.</summary>
    public static Caller Anybody { get; } = new();

    /// <summary>Who it is; null for <see cref="Anybody"/>.</summary>
    public Subject? Subject { get; }

    /// <summary>Whether the caller has a scope.</summary>
    /// <param name="scope">The scope.</param>
    public bool May(Scope scope) => _scopes.Contains(scope);

    /// <summary>Demands a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <exception cref="AccessDeniedException">The key has not got it.</exception>
    public void Must(Scope scope)
    {
        if (!May(scope))
        {
            throw new AccessDeniedException(
                AccessDeniedException.MissingScope,
                $"This needs a key with the scope {Word(scope)}; {this} has {Words(_scopes)}.");
        }
    }

    /// <summary>Demands an operator, or whoever needs no key.</summary>
    /// <exception cref="AccessDeniedException">It is an agent.</exception>
    public void MustNotBeAnAgent()
    {
        if (Subject is { IsAgent: true })
        {
            throw new AccessDeniedException(
                AccessDeniedException.OperatorsOnly, $"This is for operators, and the key is of {this}.");
        }
    }

    /// <summary>Demands the agent whose a task is, or an operator who changes policy.</summary>
    /// <param name="owner">The task's owner.</param>
    /// <exception cref="AccessDeniedException">It is another agent, or an operator who does not.</exception>
    public void MustTend(Subject owner)
    {
        Must(Scope.Send);
        if (Subject is not { IsAgent: true } agent || agent != owner)
        {
            Must(Scope.Operate);
        }
    }

    /// <summary>Demands that the caller is an agent: what it sends carries that agent's name.</summary>
    /// <param name="agentId">The agent's id; no alias.</param>
    /// <exception cref="AccessDeniedException">It is somebody else, an operator included.</exception>
    public void MustSpeakAs(string agentId)
    {
        Must(Scope.Send);
        if (Subject is { } subject && subject != Subject.Agent(agentId))
        {
            throw Forged($"{subject} cannot speak as agent:{agentId}. Send with that agent's own key.");
        }
    }

    /// <summary>Demands that the caller is the agent that a thread's work is asked for by, or an operator.</summary>
    /// <param name="initiator">The agent's id; no alias.</param>
    /// <exception cref="AccessDeniedException">It is another agent.</exception>
    public void MustStartAs(string initiator)
    {
        Must(Scope.Send);
        if (!IsOperatorOr(initiator))
        {
            throw Forged($"{this} cannot start a thread of agent:{initiator}; an agent starts its own, as the initiator.");
        }
    }

    /// <summary>Demands that the caller is an agent itself, or an operator who may read all.</summary>
    /// <param name="agentId">The agent whose inbox or keys are asked for; no alias.</param>
    /// <exception cref="AccessDeniedException">It is another agent.</exception>
    public void MustReadAs(string agentId)
    {
        Must(Scope.Read);
        if (!IsOperatorOr(agentId))
        {
            throw Forged($"{this} cannot read what is agent:{agentId}'s.");
        }
    }

    /// <summary>Whether the caller may know of a thread: a party, an operator, or whoever needs no key.</summary>
    /// <param name="thread">The thread.</param>
    public bool MayKnow(ThreadView thread) => IsOperatorOr(thread.Initiator, thread.Responder);

    /// <summary>Whether the caller may read a thread.</summary>
    /// <param name="thread">The thread.</param>
    public bool Sees(ThreadView thread) => May(Scope.Read) && MayKnow(thread);

    /// <summary>Whether the caller may hear of an event: an agent it is about, an operator, or whoever needs no key.</summary>
    /// <param name="happened">The event.</param>
    public bool Hears(MeshEvent happened) =>
        May(Scope.Read) && (Subject is not { IsAgent: true, Name: var name } || happened.Agents.Contains(name));

    /// <summary>Demands that the caller may read a thread.</summary>
    /// <param name="thread">The thread.</param>
    /// <exception cref="AccessDeniedException">It is an agent and no party.</exception>
    public void MustSee(ThreadView thread)
    {
        Must(Scope.Read);
        MustBePartyOf(thread);
    }

    /// <summary>Demands that the caller may end a thread.</summary>
    /// <param name="thread">The thread.</param>
    /// <exception cref="AccessDeniedException">It is an agent and no party.</exception>
    public void MustSteer(ThreadView thread)
    {
        Must(Scope.Send);
        MustBePartyOf(thread);
    }

    /// <summary>Demands that the agent that a request speaks as is a party.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="agentId">The agent's id; no alias.</param>
    /// <exception cref="AccessDeniedException">It is none.</exception>
    public static void MustBeParty(ThreadView thread, string agentId)
    {
        if (!thread.IsParty(agentId))
        {
            throw NoParty(Subject.Agent(agentId).ToString(), thread);
        }
    }

    /// <summary>Whether the caller may read all of a workflow: its actor, or an operator.</summary>
    /// <param name="workflow">The workflow.</param>
    public bool SeesWhole(WorkflowStart workflow) => IsOperatorOr(workflow.Actor);

    /// <summary>Whether the caller may know of a workflow: it sees it whole, or is a party of one of its steps.</summary>
    /// <param name="workflow">The workflow.</param>
    public bool MayKnow(WorkflowStart workflow) =>
        SeesWhole(workflow) || workflow.Steps.Any(step => step.IsParty(Subject!.Name));

    /// <summary>Demands that the caller may start the threads of a workflow, cancel it and hand it over.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <exception cref="AccessDeniedException">It is an agent, and not the one that asks in every step.</exception>
    public void MustRun(WorkflowStart workflow)
    {
        Must(Scope.Send);
        var speaks = workflow.Steps.Select(step => step.Initiator).Append(workflow.Actor);
        if (speaks.FirstOrDefault(id => !IsOperatorOr(id)) is { } other)
        {
            throw Forged(
                $"{this} cannot run a workflow that speaks as agent:{other}; an agent runs those in which it alone asks.");
        }
    }

    /// <summary>Demands that a request says no other doer than the key's subject.</summary>
    /// <param name="by">Who the request says it is; null where it leaves that to the key.</param>
    /// <exception cref="AccessDeniedException">The request says somebody else.</exception>
    public void MustBe(string? by)
    {
        if (Subject is { } subject && by is not null && by != subject.Name && by != subject.ToString())
        {
            throw Forged(
                $"The key is of {subject}, the request says that it is by '{by}'. Leave 'by' out, or name the key's own.");
        }
    }

    /// <summary>
    /// Which operator did something, for the record: the key's subject, whatever the request says; without a key the operator
    /// whom it names.
    /// </summary>
    /// <param name="by">Who the request says it is; null where it leaves that to the key.</param>
    /// <returns>The operator; null where neither says it.</returns>
    /// <exception cref="AccessDeniedException">The request says somebody else, or an agent.</exception>
    public Subject? OperatorOf(string? by)
    {
        MustBe(by);
        return (Subject ?? Subject.TryParse(by) ?? (by is null ? null : Subject.Operator(by))) switch
        {
            { IsAgent: true } agent => throw new AccessDeniedException(
                AccessDeniedException.OperatorsOnly, $"This is for operators, and {agent} is none."),
            var subject => subject,
        };
    }

    /// <summary>The subject as it is logged.</summary>
    public override string ToString() => Subject?.ToString() ?? "anybody";

    private bool IsOperatorOr(params ReadOnlySpan<string> agentIds) =>
        Subject is not { IsAgent: true, Name: var name } || agentIds.Contains(name);

    private void MustBePartyOf(ThreadView thread)
    {
        if (!MayKnow(thread))
        {
            throw NoParty(ToString(), thread);
        }
    }

    private static AccessDeniedException NoParty(string who, ThreadView thread) =>
        new(AccessDeniedException.NotAParty, $"{who} is no party of thread {thread.ThreadId}.");

    private static AccessDeniedException Forged(string detail) => new(AccessDeniedException.ForgedSender, detail);

    private static string Words(IReadOnlyList<Scope> scopes) => string.Join(", ", scopes.Select(Word));

    private static string Word(Scope scope) => scope.ToString().ToLowerInvariant();
}
