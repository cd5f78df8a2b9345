using DurableMesh.Core.Identity;

namespace DurableMesh.Core.Events;

/// <summary>Which events somebody wants, and may have. An empty list wants all; of several values one must fit.</summary>
public sealed record EventFilter
{
    /// <summary>All that happens, for the mesh itself.</summary>
    public static EventFilter Everything { get; } = new();

    /// <summary>Types; one that ends with <c>*</c> stands for all that begin so.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Threads, by id.</summary>
    public IReadOnlyList<string> Threads { get; init; } = [];

    /// <summary>Agents, by id.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Companies, by id.</summary>
    public IReadOnlyList<string> Companies { get; init; } = [];

    /// <summary>The agents of <see cref="Companies"/>, which the registry knows.</summary>
    public IReadOnlySet<string> CompanyAgents { get; init; } = new HashSet<string>();

    /// <summary>Nothing that happened before.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Who listens; whatever else is asked for, he hears of nothing that is not for him.</summary>
    public Caller Listener { get; init; } = Caller.Anybody;

    /// <summary>The only agent whose news can matter; null where it is not one alone.</summary>
    public string? OnlyAgent =>
        Listener.Subject is { IsAgent: true, Name: var name } ? name : Agents.Count == 1 ? Agents[0] : null;

    /// <summary>Whether an event is wanted, and for the listener.</summary>
    /// <param name="happened">The event.</param>
    public bool Matches(MeshEvent happened) =>
        Listener.Hears(happened)
        && (NotBefore is not { } earliest || happened.Time >= earliest)
        && (Types.Count == 0 || Types.Any(type => Fits(type, happened.Type)))
        && (Threads.Count == 0 || (happened.ThreadId is { } thread && Threads.Contains(thread)))
        && (Agents.Count == 0 || Agents.Any(happened.Agents.Contains))
        && (Companies.Count == 0 || IsOfCompany(happened));

    /// <summary>Whether a thread can have an event that is wanted; says yes where it is not sure.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="initiator">One party.</param>
    /// <param name="responder">The other party.</param>
    public bool MayMatch(string threadId, string initiator, string responder) =>
        (Threads.Count == 0 || Threads.Contains(threadId))
        && (Agents.Count == 0 || Agents.Contains(initiator) || Agents.Contains(responder))
        && (Listener.Subject is not { IsAgent: true, Name: var name } || name == initiator || name == responder);

    /// <summary>Whether a type is meant.</summary>
    /// <param name="wanted">A type, or the beginning of some and <c>*</c>.</param>
    /// <param name="type">The type.</param>
    public static bool Fits(string wanted, string type) =>
        wanted is [.., '*']
            ? type.AsSpan().StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.Ordinal)
            : wanted == type;

    private bool IsOfCompany(MeshEvent happened) =>
        (happened.Company is { } company && Companies.Contains(company, StringComparer.OrdinalIgnoreCase))
        || happened.Agents.Any(CompanyAgents.Contains);
}
