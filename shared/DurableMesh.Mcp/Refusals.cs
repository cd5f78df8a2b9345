using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp;

/// <summary>Why a tool did not do it. It is a result of the tool, so that the model reads it and can mend it.</summary>
/// <param name="Reason">A stable name: the mesh's own code where the mesh refused.</param>
/// <param name="Detail">The reason in words.</param>
/// <param name="WhatToDo">The next step.</param>
public sealed record Refusal(string Reason, string Detail, string WhatToDo);

/// <summary>A tool refuses.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Detail)
{
    public RefusedException(string reason, string detail, string whatToDo)
        : this(new Refusal(reason, detail, whatToDo))
    {
    }

    public Refusal Refusal { get; } = refusal;
}

/// <summary>Says in a model's terms what the mesh said.</summary>
internal static class Refusals
{
    private const string SeeStatus = "Call status for this thread, and go on from there.";

    /// <summary>Of a receipt that is no acceptance.</summary>
    public static Refusal Of(Receipt receipt) => receipt.Kind == ReceiptKind.Pending
        ? new("pending", "The mesh has not decided yet.", "Make the same call again: it is the same message, not a second one.")
        : new(
            Words.Of(receipt.Reason ?? default),
            receipt.Detail is { Length: > 0 } detail ? detail : "The mesh rejected the message.",
            WhatToDo(receipt.Reason));

    /// <summary>Of a problem.</summary>
    public static Refusal Of(MeshProblemException refused) => new(
        refused.Problem.Code,
        refused.Message,
        refused.Problem.Code switch
        {
            "thread_not_found" => "Check the thread's id; wait_for_move without a thread finds those that wait for you.",
            "agent_not_found" => "Call agents for the ids that there are.",
            "not_authorized" or "gate_denied" or "trust_denied" =>
                "Do not try again as it is. The detail says which rule denied it, and which other way there is.",
            "task_not_found" => "Name a task that exists and is in progress; its owner creates and starts it.",
            "key_missing" or "key_unknown" => "A person has to set MESH_KEY to a key of this agent and start this server again.",
            "forged_sender" or "not_a_party" or "missing_scope" or "operators_only" =>
                "This agent's key is not good for that. Tell the person; 'mesh keys' gives rights.",
            "not_held" => SeeStatus,
            "body_too_large" => "Send less than 1 MiB; put large work into a file and name it.",
            _ when refused.Problem.Errors is { Count: > 0 } => "Mend each error that is listed, and call again.",
            _ => "Mend what the detail names, or tell the person.",
        });

    /// <summary>Of a mesh that is away.</summary>
    public static Refusal Of(MeshUnreachableException away) => new(
        "mesh_unreachable",
        away.Message,
        "Nothing was lost. Make the same call again in a moment; it does nothing twice. If it stays away, tell the person: " +
        "'mesh up' starts it, MESH_URL says where it is.");

    private static string WhatToDo(RejectReason? reason) => reason switch
    {
        RejectReason.ThreadEnded => "Stop working on this thread; nothing more is taken. status says how it ended.",
        RejectReason.ThreadNotOpen => "It waits for the gate or for a person. Call wait_for_move with this thread.",
        RejectReason.NotAParty => "Use a thread that this agent is a party of; wait_for_move finds them.",
        RejectReason.NotYourTurn => "Call wait_for_move with this thread, and answer when you have the move.",
        RejectReason.WrongKind =>
            "The initiator submits, the responder judges, a question that is open is answered with answer. Use that tool.",
        RejectReason.MessageConflict => SeeStatus,
        RejectReason.FindingsCap => "Send no more findings or notes in this turn; put the rest into the verdict's checks.",
        RejectReason.UnsupportedPass =>
            "Give one check for every required criterion, each with status pass and a detail of what you saw; else judge fail.",
        RejectReason.UnknownReply => SeeStatus,
        RejectReason.RecipientUnavailable => "The other party is gone and the thread has ended. Tell the person.",
        RejectReason.DayBudget =>
            "Do not make the call: the day's budget is spent. Tell the person, who can raise it, or wait for tomorrow.",
        RejectReason.UnpricedModel =>
            "Name the model that was used as the price table does, or tell the person that it has no price.",
        RejectReason.CostCap => "Do not make the call: there is no money left for it, and the thread has ended.",
        _ => SeeStatus,
    };
}
