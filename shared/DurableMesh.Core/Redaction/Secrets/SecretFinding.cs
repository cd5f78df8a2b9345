namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Makes findings of secrets: one that has its issuer's form is what the form says, whatever stands before it, so that a key has
/// one placeholder.
/// </summary>
internal static class SecretFinding
{
    private const int MinMade = 6;
    private const int MaxDoubtfulName = 4;
    private const int MinStrictKey = 12;

    /// <summary>The finding of a value that is a secret.</summary>
    public static Finding Of(in Passage passage, SecretNature nature, int start, int end) =>
        Of(passage, nature == SecretNature.CloudKey ? RedactionKind.CloudKey : RedactionKind.Credential, start, end);

    /// <summary>The finding of a value that is a secret of a kind, if its form says no other.</summary>
    public static Finding Of(in Passage passage, RedactionKind kind, int start, int end)
    {
        var hasForm = SecretForms.TryRead(passage, start, out var finding)
            || BearerTokenRecogniser.TryReadJsonWebToken(passage, start, out finding);
        return hasForm && finding.Start == start && finding.End == end ? finding : passage.Find(kind, start, end);
    }

    /// <summary>Takes what stands in quotes, or in an element, under a name.</summary>
    /// <param name="named">The name.</param>
    /// <param name="start">Where the value starts.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="isStrict">Whether what stands between leaves a doubt that it is the name's.</param>
    /// <param name="finding">What was found.</param>
    public static bool TryQuoted(in NamedSecret named, int start, int length, bool isStrict, out Finding finding)
    {
        finding = default;
        var value = named.Passage.Text.Slice(start, length);

        // "pass" is also what a check does.
        isStrict |= named.End - named.Start <= MaxDoubtfulName;
        if (!SecretValues.CanBe(named.Nature, value) || SecretValues.IsReference(value) || value.StartsWith("http"))
        {
            return false;
        }

        var isSecret = named.Nature == SecretNature.Password
            ? (isStrict
                    ? length >= MinMade && SecretValues.IsMade(value)
                    : length > 3 || (length == 3 && SecretValues.IsMixed(value)))
                && !SecretValues.IsLabel(value)
            : (!isStrict || length >= MinStrictKey) && !SecretValues.IsCode(value);
        if (!isSecret)
        {
            return false;
        }

        finding = Of(named.Passage, named.Nature, start, start + length);
        return true;
    }
}
