using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// The forms of the keys of many issuers, from the list <see cref="SecretIssuer.All"/>. A key stands alone: neither a letter nor
/// a digit before it nor more of the same behind it, so that no two places share a run of characters.
/// </summary>
internal static class SecretForms
{
    private static readonly SecretForm[] All =
        [.. SecretIssuer.All.SelectMany(issuer => issuer.Forms, (issuer, form) => SecretForm.Parse(form, issuer.Kind))];

    private static readonly SecretForm[] ByPoint = [.. All.Where(form => form.Trigger == ".")];

    private static readonly PrefixIndex<SecretForm> ByTrigger =
        new(All.Where(form => form.Trigger.Length > 1), form => form.Trigger);

    /// <summary>What names and keys are made of.</summary>
    public static SearchValues<char> NameCharacters { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>What the scan looks for.</summary>
    public static IEnumerable<string> Triggers { get; } =
        [.. All.Select(form => form.Trigger).Where(trigger => trigger.Length > 1).Distinct()];

    /// <summary>Those that stand in the middle of a key, and so of a name.</summary>
    public static IEnumerable<string> InnerTriggers { get; } =
        [.. All.Where(form => form.HasBefore && form.Trigger.Length > 1).Select(form => form.Trigger).Distinct()];

    public static bool TryRead(in Passage passage, int at, out Finding finding) =>
        TryRead(ByTrigger.At(passage.Text, at), passage, at, out finding)
            || (passage.Text[at] == '.' && NameCharacters.Contains(passage[at + 1])
                && TryRead(ByPoint, passage, at, out finding));

    private static bool TryRead(SecretForm[] forms, in Passage passage, int at, out Finding finding)
    {
        foreach (var form in forms)
        {
            if (form.TryRead(passage, at, out finding))
            {
                return true;
            }
        }

        finding = default;
        return false;
    }
}
