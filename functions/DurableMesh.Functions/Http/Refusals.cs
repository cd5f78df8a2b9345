using DurableMesh.Core.Changes;

namespace DurableMesh.Functions.Http;

/// <summary>Refused changes as answers over HTTP.</summary>
internal static class Refusals
{
    /// <summary>The state after a change.</summary>
    /// <exception cref="ProblemException">The change was refused.</exception>
    public static TState OrThrow<TState>(this ChangeResult<TState> result) =>
        result.Refusal is { } refusal ? throw new ProblemException(Problems.OfRefusal(refusal)) : result.State;
}
