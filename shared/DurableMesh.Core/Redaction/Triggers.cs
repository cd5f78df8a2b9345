using DurableMesh.Core.Redaction.Secrets;

namespace DurableMesh.Core.Redaction;

/// <summary>What a word may begin or stand before: who has to look at it.</summary>
[Flags]
internal enum Routes
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>A key by its issuer's form.</summary>
    Form = 1,

    /// <summary>A token behind "Bearer", or a JSON Web Token.</summary>
    Token = 2,

    /// <summary>A private key or a header of cookies.</summary>
    Lines = 4,

    /// <summary>A parameter in a URL.</summary>
    Query = 8,

    /// <summary>A program that takes a secret on its command line.</summary>
    Command = 16,

    /// <summary>A part of a secret's name.</summary>
    Name = 32,

    /// <summary>A word that counts inside of a name too, and not only where a name begins.</summary>
    Inner = 64,
}

/// <summary>The words that stand before or in a secret.</summary>
internal static class Triggers
{
    private static readonly (string Word, Routes Routes)[] All =
    [
        .. Rows(Routes.Form, SecretForms.Triggers),
        .. Rows(Routes.Form | Routes.Inner, SecretForms.InnerTriggers),
        .. Rows(Routes.Token, [BearerTokenRecogniser.JsonWebToken]),
        .. Rows(Routes.Token | Routes.Inner, [BearerTokenRecogniser.Bearer]),
        .. Rows(
            Routes.Lines | Routes.Inner,
            [PrivateKeyRecogniser.Begin, PrivateKeyRecogniser.PrivateLines, AuthorizationRecogniser.Cookie]),
        .. Rows(Routes.Query | Routes.Inner, UrlSecretRecogniser.Triggers),
        .. Rows(Routes.Command | Routes.Inner, CommandLineRecogniser.Triggers),
        .. Rows(Routes.Name | Routes.Inner, SecretNames.Roots),
    ];

    private static readonly PrefixIndex<(string Word, Routes Routes)> Words = new(All, row => row.Word);

    private static readonly PrefixIndex<(string Word, Routes Routes)> InnerWords =
        new(All.Where(row => row.Routes.HasFlag(Routes.Inner)), row => row.Word);

    /// <summary>The next word.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="end">Up to where a word may begin, exclusively.</param>
    /// <param name="isInner">Whether the text is a part of a name, behind its beginning.</param>
    /// <param name="routes">Who has to look at what begins there.</param>
    /// <returns>Where it begins; -1 where there is none.</returns>
    public static int Find(ReadOnlySpan<char> text, int from, int end, bool isInner, out Routes routes)
    {
        var index = isInner ? InnerWords : Words;
        for (var at = from; (at = index.Next(text, at, end)) >= 0; at++)
        {
            routes = Routes.None;
            foreach (var (word, itsRoutes) in Words.At(text, at))
            {
                routes |= text[at..].StartsWith(word, StringComparison.OrdinalIgnoreCase) ? itsRoutes : Routes.None;
            }

            if (isInner ? routes.HasFlag(Routes.Inner) : routes != Routes.None)
            {
                return at;
            }
        }

        routes = Routes.None;
        return -1;
    }

    private static IEnumerable<(string Word, Routes Routes)> Rows(Routes routes, IEnumerable<string> words) =>
        words.Select(word => (word, routes));
}
