using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Takes personal data and secrets out of what one agent says to another whose zone must not see them (DESIGN §5). Each is
/// replaced by a placeholder, <see cref="PseudonymKey"/>; what was redacted once is not redacted again. Time is linear in the
/// length, whatever the content.
/// </summary>
public static class Redactor
{
    /// <summary>
    /// Redacts a JSON value. The structure stays: strings and member names are redacted, a number that is by itself, say, a card
    /// becomes a string. A member's name says what its value is: whatever stands under <c>password</c> is a credential.
    /// </summary>
    /// <param name="body">The value.</param>
    /// <param name="key">The thread's key.</param>
    /// <param name="scope">What is taken out.</param>
    /// <returns>The value without them (the same one where there are none) and what was taken out.</returns>
    public static (JsonText Body, RedactionCounts Counts) Redact(
        JsonText body, PseudonymKey key, RedactionScope scope = RedactionScope.Everything)
    {
        using var run = new RedactionRun(key, scope, body.Text);
        return (JsonScanner.Redact(body, run), run.Counts);
    }

    /// <summary>Redacts a plain text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The thread's key.</param>
    /// <param name="scope">What is taken out.</param>
    /// <returns>The text without them (the same one where there are none) and what was taken out.</returns>
    public static (string Text, RedactionCounts Counts) Redact(
        string text, PseudonymKey key, RedactionScope scope = RedactionScope.Everything)
    {
        using var run = new RedactionRun(key, scope, text);
        return (TextScanner.TryRedact(text, Member.Unnamed, run, out var redacted) ? redacted.ToString() : text, run.Counts);
    }
}
