using System.Buffers;

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

    /// <summary>A session, which is a secret if it cannot be guessed, and often only an id.</summary>
    Session,

    /// <summary>A number of a JSON Web Key (RFC 7518), whose names have one letter.</summary>
    WebKey,
}

/// <summary>
/// The names under which secrets stand, as <see cref="Vocabulary.Plain"/> writes them: what a name ends with says what it is.
/// </summary>
internal static class SecretNames
{
    /// <summary>No name of a secret is longer; of one that is, the end is looked at.</summary>
    public const int MaxLength = 48;

    private static readonly (SecretNature Nature, string Ends)[] Table =
    [
        (SecretNature.Password,
            """
            password passwd pwd passphrase passcode passphrases userpass dbpass sshpass rootpass adminpass storepass keypass
            sslpass ftppass smtppass mailpass mysqlpass pgpass redispass authpass becomepass sudopass loginpass proxypass
            passord passwort kennwort lösenord losenord adgangskode kodeord salasana motdepasse contraseña contrasena senha hasło
            haslo heslo wachtwoord parola parolă parool jelszó jelszo geslo lozinka zaporka slaptažodis slaptazodis lykilorð
            lykilord şifre sifre palavrapasse
            пароль парола лозинка κωδικόςπρόσβασης συνθηματικό 密码 密碼 パスワード 비밀번호
            """),
        (SecretNature.CloudKey, "secretaccesskey sharedaccesskey accountkey accesskey storagekey functionskey functionkey"),
        (SecretNature.Key,
            """
            secret secretkey secretkeybase apikey apitoken accesstoken refreshtoken authtoken bearertoken sessiontoken privatekey
            privkey signingkey encryptionkey encryptkey decryptionkey masterkey sharedkey presharedkey authkey subscriptionkey
            licensekey licencekey servicekey deploykey tlskey sslkey sshkey hmackey jwtkey appkey applicationkey rolekey unsealkey
            recoverykey adminkey serverkey globalkey integrationkey ingestkey ingestionkey writekey machinekey validationkey
            merchantkey webhookkey certkey pfxkey rootkey cookiekey sessionkey clientkey clientkeydata hostkey userkey
            authorizationkey loggedinkey noncekey authsalt loggedinsalt noncesalt credentials creds passkey vaultkey mfaseed otpseed
            totpseed geheimnis hemmelighet hemmelig segreto secreto segredo тайна секрет
            openaikey anthropickey azurekey googlekey mapskey stripekey sendgridkey mailgunkey twiliokey githubkey
            gitlabkey awskey gcpkey algoliakey datadogkey newrelickey sentrykey groqkey mistralkey
            """),
        (SecretNature.PerhapsKey,
            """
            token credential authorization dockerconfigjson dockercfg connectionstring xsrf csrf
            schlüssel schluessel nøkkel nokkel nøgle nyckel recoverycode
            """),
        (SecretNature.Session, "sessionid jsessionid phpsessid sessid"),
    ];

    /// <summary>Short ones, which other words end with: these must be a word of the name.</summary>
    private static readonly (SecretNature Nature, string Words)[] WordsTable =
    [
        (SecretNature.Password, "pass pw"),
        (SecretNature.Key, "psk"),
        (SecretNature.PerhapsKey, "pat sas auth bearer otp"),
        (SecretNature.Session, "sid"),
    ];

    /// <summary>What ends as a name of a secret does, and is none: pages, counts, and what is public.</summary>
    private static readonly string[] Harmless =
    [
        "publickeytoken", "publickey", "cancellationtoken", "continuationtoken", "pagetoken", "nexttoken", "changetoken",
        "synctoken", "inputtoken", "outputtoken", "maxtoken", "bypass", "compass", "primarykey", "foreignkey", "stoptoken",
        "endtoken", "starttoken",
    ];

    /// <summary>What may stand behind the name proper.</summary>
    private static readonly string[] Tails =
    [
        "value", "confirmation", "confirm", "repeat", "again", "plaintext", "plain", "cleartext", "base64", "b64",
    ];

    private static readonly SuffixIndex<(SecretNature Nature, string End)> Ends = new(
        Table
            .SelectMany(
                row => row.Ends.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
                (row, end) => (row.Nature, end))
            .OrderByDescending(row => row.end.Length),
        row => row.End);

    private static readonly SuffixIndex<(SecretNature Nature, string Word)> ShortWords = new(
        WordsTable.SelectMany(row => row.Words.Split(' '), (row, word) => (row.Nature, word)), row => row.Word);

    private static readonly SuffixIndex<string> EndsOfHarmless = new(Harmless, end => end);

    private static readonly SearchValues<char> EndsOfTails = SearchValues.Create([.. Tails.Select(tail => tail[^1])]);

    /// <summary>What the names have in a text, and where the scan stops.</summary>
    public static IEnumerable<string> Roots { get; } =
    [
        "pass", "pwd", "pw:", "pw=", "secret", "token", "key", "cred", "auth", "kennwort", "senord", "adgangskode", "kodeord",
        "salasana", "contrase", "senha", "haslo", "heslo", "wachtwoord", "parol", "parool", "jelsz", "geslo", "lozinka",
        "zaporka", "slapta", "lykilor", "sifre", "palavra", "psk", "_pat", "-pat", "devopspat", "sas", "seed", "salt", "sessid",
        "sessionid", "session_id", "session-id", "dockerc", "connectionstring", "connection_string", "geheimnis", "hemmelig",
        "segret", "secreto", "segredo", "schl", "kkel", "nyckel", "recoverycode", "recovery_code", "xsrf", "csrf", "bearer:",
        "bearer=", "bearer\"", "otp",
        "hasł", "şifre", "пароль", "парола", "лозинка", "κωδικ", "συνθημ", "密码", "密碼", "パスワード", "비밀번호", "тайна", "секрет",
        "nøgle",
    ];

    /// <summary>What stands under a name.</summary>
    /// <param name="name">The name as it is written.</param>
    public static SecretNature NatureOf(ReadOnlySpan<char> name)
    {
        if (name is "k" or "d")
        {
            return SecretNature.WebKey;
        }

        name = name.TrimEnd("0123456789");
        Span<char> room = stackalloc char[MaxLength];
        var plain = Vocabulary.Plain(name, room);
        foreach (var tail in plain.Length > 0 && EndsOfTails.Contains(plain[^1]) ? Tails : [])
        {
            plain = plain.EndsWith(tail) && plain.Length > tail.Length + 2 ? plain[..^tail.Length].TrimEnd("0123456789") : plain;
        }

        var nature = NatureOfPlain(plain);
        nature = nature == SecretNature.None && plain.Length > 3 && plain[^1] == 's' ? NatureOfPlain(plain[..^1]) : nature;
        return nature != SecretNature.None ? nature : NatureOfLastWord(name);
    }

    private static SecretNature NatureOfPlain(ReadOnlySpan<char> plain)
    {
        foreach (var (nature, end) in Ends.Of(plain))
        {
            if (plain.EndsWith(end))
            {
                return IsHarmless(plain) ? SecretNature.None : nature;
            }
        }

        return SecretNature.None;
    }

    private static SecretNature NatureOfLastWord(ReadOnlySpan<char> name)
    {
        foreach (var (nature, word) in ShortWords.Of(name))
        {
            if (name.EndsWith(word, StringComparison.OrdinalIgnoreCase)
                && Vocabulary.Has(name[Math.Max(0, name.Length - word.Length - 1)..], word)
                && !IsHarmless(name))
            {
                return nature;
            }
        }

        return SecretNature.None;
    }

    private static bool IsHarmless(ReadOnlySpan<char> plain)
    {
        foreach (var harmless in EndsOfHarmless.Of(plain))
        {
            if (plain.EndsWith(harmless, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
