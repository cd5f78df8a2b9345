using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;

namespace DurableMesh.Functions.Identity;

/// <summary>
/// Says whom a name means that does not say what it is: an agent and an operator may be called the same, and must not pass for
/// each other.
/// </summary>
public sealed class SubjectNames(IAgentDirectory agents, IKeyDirectory keys)
{
    /// <summary>
    /// Who did something, for the record: the key's subject, whatever the request says; without a key, whom it names.
    /// </summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="by">Who the request says it is; null where it leaves that to the key.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The subject; null where neither says it.</returns>
    /// <exception cref="AccessDeniedException">The request says somebody else.</exception>
    internal async ValueTask<Subject?> DoerAsync(Caller caller, string? by, CancellationToken cancellation)
    {
        caller.MustBe(by);
        return caller.Subject ?? (by is null ? null : await MeantAsync(caller, by, cancellation));
    }

    /// <summary><see cref="DoerAsync"/>, for what must be somebody's.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="by">Who the request says it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ProblemException">Neither the key nor the request says who it is.</exception>
    internal async ValueTask<Subject> MustNameAsync(Caller caller, string? by, CancellationToken cancellation) =>
        await DoerAsync(caller, by, cancellation) ?? throw new ProblemException(Problems.NobodyNamed());

    /// <summary>Whom a request names: the caller itself before others of its name.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="name">The name, with what it is (<c>agent:</c>, <c>operator:</c>) or without.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ProblemException">An agent and an operator are called that.</exception>
    internal async ValueTask<Subject> MeantAsync(Caller caller, string name, CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        if (Subject.TryParse(name) is { } said)
        {
            return said.IsAgent ? Subject.Agent(registry.Resolve(said.Name)) : said;
        }

        return caller.Subject is { } own && own.Name == name ? own
            : registry.Find(name) is not { } agent ? Subject.Operator(name)
            : await IsOperatorAsync(name, cancellation) ? throw new ProblemException(Problems.AmbiguousName(name))
            : Subject.Agent(agent.Id);
    }

    /// <summary>
    /// Whom a record means. One from before records said what somebody is means the agent of that id, unless an operator has the
    /// name: an agent never takes an operator's place by it.
    /// </summary>
    /// <param name="name">What is on record.</param>
    /// <param name="cancellation">Stops waiting.</param>
    internal async ValueTask<Subject> RecordedAsync(string name, CancellationToken cancellation) =>
        Subject.TryParse(name)
        ?? ((await agents.ReadAsync(cancellation)).Find(name)?.Id == name && !await IsOperatorAsync(name, cancellation)
            ? Subject.Agent(name)
            : Subject.Operator(name));

    private async ValueTask<bool> IsOperatorAsync(string name, CancellationToken cancellation) =>
        (await keys.ReadAsync(cancellation)).Keys.Any(key => key.Subject == Subject.Operator(name));
}
