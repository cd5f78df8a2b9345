namespace DurableMesh.Core.Changes;

/// <summary>
/// A state that is nothing but a fold of its changes. The fold decides what a change comes to, the same way on every host: two
/// that contradict each other are settled by their order in the log.
/// </summary>
/// <typeparam name="TSelf">The state.</typeparam>
/// <typeparam name="TChange">What changes it.</typeparam>
public interface IFolded<TSelf, in TChange>
    where TSelf : IFolded<TSelf, TChange>
{
    /// <summary>The state before the first change.</summary>
    static abstract TSelf Empty { get; }

    /// <summary>The state after a change, or this one and why the change is refused. Must not throw.</summary>
    /// <param name="change">The change.</param>
    /// <param name="at">When it was asked for.</param>
    /// <param name="by">Who asked for it.</param>
    ChangeResult<TSelf> Apply(TChange change, DateTimeOffset at, string by);
}

/// <summary>What a change came to.</summary>
/// <typeparam name="TState">The state.</typeparam>
/// <param name="State">The state after it; the one before it where it is refused.</param>
/// <param name="Refusal">Why it is refused; null where it is not.</param>
public sealed record ChangeResult<TState>(TState State, ChangeRefusal? Refusal = null);

/// <summary>Why a change is refused.</summary>
/// <param name="Kind">What kind of reason it is.</param>
/// <param name="Code">Its stable name on the wire, for instance <c>version_mismatch</c>.</param>
/// <param name="Detail">What is wrong and what to do.</param>
public sealed record ChangeRefusal(RefusalKind Kind, string Code, string Detail)
{
    /// <summary>Somebody else was faster.</summary>
    /// <param name="what">The object, for instance <c>Agent 'codecraft-builder'</c>.</param>
    /// <param name="expected">The version that the change was made for; 0 where it was to be a new object.</param>
    /// <param name="found">The version there is; 0 where there is none.</param>
    public static ChangeRefusal VersionMismatch(string what, int expected, int found) => new(
        RefusalKind.VersionMismatch,
        "version_mismatch",
        (expected, found) switch
        {
            (0, _) => $"{what} exists already, at version {found}. Read it, and change it with its version.",
            (_, 0) => $"{what} does not exist any more.",
            _ => $"{what} is at version {found}, the change was made for version {expected}. "
                + "Read it again and repeat the change.",
        });
}

/// <summary>The kinds of reasons for a refusal.</summary>
public enum RefusalKind
{
    /// <summary>There is no such object.</summary>
    NotFound,

    /// <summary>The object has another version than the change was made for.</summary>
    VersionMismatch,

    /// <summary>The object's state does not allow it.</summary>
    Conflict,

    /// <summary>Whoever asks for it may not.</summary>
    Forbidden,

    /// <summary>The change contradicts itself or something else.</summary>
    Invalid,
}
