namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>What kind of secret stands under a name.</summary>
internal enum SecretNature
{
    /// <summary>None.</summary>
    None,

    /// <summary>A password: anything a person may think of.</summary>
    Password,

    /// <summary>A key or token made by a machine.</summary>
    Key,

    /// <summary>A key or token, or something harmless: <c>token</c> alone.</summary>
    PerhapsKey,

    /// <summary>A key of a cloud.</summary>
    CloudKey,
}

/// <summary>The names under which secrets stand.</summary>
internal static class SecretNames
{
    private static readonly (string End, SecretNature Nature)[] Ends =
    [
        ("password", SecretNature.Password),
        ("passwd", SecretNature.Password),
        ("pwd", SecretNature.Password),
        ("passphrase", SecretNature.Password),
        ("secretaccesskey", SecretNature.CloudKey),
        ("sharedaccesskey", SecretNature.CloudKey),
        ("accountkey", SecretNature.CloudKey),
        ("accesskey", SecretNature.CloudKey),
        ("storagekey", SecretNature.CloudKey),
        ("functionskey", SecretNature.CloudKey),
        ("secret", SecretNature.Key),
        ("secretkey", SecretNature.Key),
        ("apikey", SecretNature.Key),
        ("apitoken", SecretNature.Key),
        ("accesstoken", SecretNature.Key),
        ("refreshtoken", SecretNature.Key),
        ("authtoken", SecretNature.Key),
        ("bearertoken", SecretNature.Key),
        ("privatekey", SecretNature.Key),
        ("signingkey", SecretNature.Key),
        ("encryptionkey", SecretNature.Key),
        ("token", SecretNature.PerhapsKey),
    ];

    /// <summary>What stands under a name, as <see cref="Vocabulary.Plain"/> writes it.</summary>
    public static SecretNature NatureOf(ReadOnlySpan<char> plainName)
    {
        foreach (var (end, nature) in Ends)
        {
            if (plainName.EndsWith(end))
            {
                return nature;
            }
        }

        return SecretNature.None;
    }

    /// <summary>Whether a value can be the secret, and not a word that speaks of one.</summary>
    public static bool CanBe(SecretNature nature, ReadOnlySpan<char> value) => nature switch
    {
        SecretNature.Password => value.Length > 0,
        SecretNature.Key or SecretNature.CloudKey => value.Length >= 8 && IsMixed(value),
        SecretNature.PerhapsKey => value.Length >= 20 && IsMixed(value),
        _ => false,
    };

    /// <summary>
    /// Whether a text is one word with a letter and a digit, as what a machine made nearly always has, and holds no placeholder.
    /// </summary>
    public static bool IsMixed(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('0', '9')
        && (text.ContainsAnyInRange('A', 'Z') || text.ContainsAnyInRange('a', 'z'))
        && !text.ContainsAny(" \t\r\n[");
}
