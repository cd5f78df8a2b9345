using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>Why a coding agent's run failed, as far as it decides how to go on.</summary>
public enum CodingFailureKind
{
    /// <summary>Nothing is known that would help.</summary>
    Other,

    /// <summary>The session that was to be resumed is gone: start cold, at once.</summary>
    LostSession,

    /// <summary>
    /// No login, a wrong key, no credit, a model or setting that does not exist: only the operator can mend it.
    /// </summary>
    NotConfigured,

    /// <summary>The provider is overloaded or limits the rate: wait for minutes.</summary>
    Overloaded,

    /// <summary>The run has made as many calls as it may.</summary>
    TurnLimit,

    /// <summary>The run has spent as much as it may.</summary>
    MoneyLimit,
}

/// <summary>Why a run failed.</summary>
/// <param name="Kind">The class.</param>
/// <param name="Words">In words: one line, short, without control characters.</param>
public sealed partial record CodingFailure(CodingFailureKind Kind, string Words)
{
    private const int MaxWords = 400;

    /// <summary>Classifies a failure by the HTTP status that the CLI tells, else by its words.</summary>
    public static CodingFailure Of(string words, int? status = null)
    {
        status ??= StatusIn(words);
        var kind = status switch
        {
            401 or 402 or 403 or 404 => CodingFailureKind.NotConfigured,
            429 or 502 or 503 or 529 => CodingFailureKind.Overloaded,
            _ when NotConfiguredWords().IsMatch(words) => CodingFailureKind.NotConfigured,
            _ when OverloadedWords().IsMatch(words) => CodingFailureKind.Overloaded,
            _ => CodingFailureKind.Other,
        };
        return new CodingFailure(kind, Shorten(words));
    }

    /// <summary>One line of at most some hundred characters, whole ones, none of them a control character.</summary>
    public static string Shorten(string words) => WholeText.Shorten(Gaps().Replace(words, " ").Trim(), MaxWords);

    private static int? StatusIn(string words) =>
        Status().Match(words) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, null) : null;

    [GeneratedRegex(@"(?:^|status(?: code)?:? ?|error:? ?|http:? ?|\()(4\d\d|5\d\d)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Status();

    [GeneratedRegex(
        @"invalid.{0,20}api.key|api key.{0,40}(not|missing|invalid|no )|no api key|not logged in|/login|unauthori[sz]ed|" +
        @"authentication|credit balance|insufficient.quota|model.{0,60}not (found|exist)|unknown (model|provider)|" +
        @"permission.denied",
        RegexOptions.IgnoreCase)]
    private static partial Regex NotConfiguredWords();

    [GeneratedRegex(@"overloaded|rate.?limit|too many requests|service unavailable|resource.?exhausted", RegexOptions.IgnoreCase)]
    private static partial Regex OverloadedWords();

    [GeneratedRegex(@"[\p{Cc}\s]+")]
    private static partial Regex Gaps();
}
