using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Trust;

/// <summary>What each trust zone may say to each other one. A pair that nobody named is denied.</summary>
public sealed class TrustMatrix
{
    /// <summary>The zone of an agent that names none: the least trusted.</summary>
    public const string DefaultZone = "public";

    private readonly Dictionary<(string From, string To), TrustAction> _actions;

    private TrustMatrix(IEnumerable<(string From, string To, TrustAction Action)> pairs) =>
        _actions = pairs.ToDictionary(pair => (pair.From, pair.To), pair => pair.Action);

    /// <summary>
    /// What is restricted leaves its zone for the internal one only, redacted; what is internal or a partner's goes further out
    /// redacted; what comes from further out comes in as it is.
    /// </summary>
    public static TrustMatrix Standard { get; } = new(
    [
        ("restricted", "restricted", TrustAction.Allow),
        ("restricted", "internal", TrustAction.Redact),
        ("internal", "restricted", TrustAction.Allow),
        ("internal", "internal", TrustAction.Allow),
        ("internal", "partner", TrustAction.Redact),
        ("internal", "public", TrustAction.Redact),
        ("partner", "restricted", TrustAction.Allow),
        ("partner", "internal", TrustAction.Allow),
        ("partner", "partner", TrustAction.Allow),
        ("partner", "public", TrustAction.Redact),
        ("public", "restricted", TrustAction.Allow),
        ("public", "internal", TrustAction.Allow),
        ("public", "partner", TrustAction.Allow),
        ("public", "public", TrustAction.Allow),
    ]);

    /// <summary>What happens to what one zone says to another.</summary>
    /// <param name="from">Who speaks.</param>
    /// <param name="to">Who hears it.</param>
    public TrustAction ActionOf(string from, string to) => _actions.GetValueOrDefault((from, to), TrustAction.Deny);

    /// <summary>What a dialogue of two agents comes to.</summary>
    /// <param name="initiator">The initiator.</param>
    /// <param name="responder">The responder.</param>
    public TrustDecision Decide(AgentView initiator, AgentView responder)
    {
        var (from, to) = (initiator.TrustZone ?? DefaultZone, responder.TrustZone ?? DefaultZone);
        return new TrustDecision(from, to, ActionOf(from, to), ActionOf(to, from));
    }

    /// <summary>Reads <c>{"restricted": {"internal": "redact", …}, …}</c>: who speaks, then who hears it.</summary>
    internal static TrustMatrix Read(ObjectReader input)
    {
        var pairs = new List<(string, string, TrustAction)>();
        foreach (var from in AgentRegistry.TrustZones)
        {
            input.Object(from, row =>
            {
                foreach (var to in AgentRegistry.TrustZones)
                {
                    if (row.Choice<TrustAction>(to, required: false) is { } action)
                    {
                        pairs.Add((from, to, action));
                    }
                }

                return row;
            });
        }

        return new TrustMatrix(pairs);
    }
}
