using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>What a secret looks like, and what speaks of one: a reference, a name, a type, a label of a field.</summary>
internal static class SecretValues
{
    private const int MinKey = 8;
    private const int MinToken = 20;
    private const int MinSession = 16;
    private const int MinWebKey = 40;

    private static readonly SearchValues<char> Blank = SearchValues.Create(" \t\r\n");

    private static readonly SearchValues<char> Path = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-./~");

    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("+=!#$%^&*");

    private static readonly SearchValues<char> Base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> OfWords =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. :*?!,'()/");

    private static readonly HashSet<string> Words = new(
        """
        string str text number int integer varchar char bytes byte bytearray buffer object any boolean bool uuid guid null none
        nil undefined true false required optional hidden visible masked redacted secret key token input field type email username
        user login prompt ask env vault file yes no on off enabled disabled default value empty unset todo tbd changed invalid
        missing expired wrong
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> IsWord =
        Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What sentences have and pass phrases have not.</summary>
    private static readonly string[] Prose =
    [
        "the", "your", "a", "must", "be", "is", "to", "and", "or", "not", "for", "of", "enter", "with", "please", "invalid",
        "required", "new", "at", "that", "this", "has",
    ];

    /// <summary>What is named in a label: <c>Your password</c>, <c>access-token</c>.</summary>
    private static readonly string[] Named = ["pass", "pwd", "secret", "token", "key", "credential", "auth"];

    /// <summary>Whether a value can be the secret, and not a word that speaks of one.</summary>
    public static bool CanBe(SecretNature nature, ReadOnlySpan<char> value) => nature switch
    {
        SecretNature.Password => value.Length > 0 && !IsVersion(value),
        SecretNature.Key or SecretNature.CloudKey => value.Length >= MinKey && IsMixed(value) && !IsVersion(value),
        SecretNature.PerhapsKey => value.Length >= MinToken && IsMixed(value) && !IsVersion(value) && !value.Contains(';'),
        SecretNature.Session => value.Length >= MinSession && IsMixed(value) && !IsUuid(value),
        SecretNature.WebKey => value.Length >= MinWebKey && IsMixed(value) && !value.ContainsAnyExcept(Base64Url)
            && value.ContainsAnyInRange('A', 'Z'),
        _ => false,
    };

    /// <summary>Whether a text is one word with a letter and a digit, as what a machine made nearly always has.</summary>
    public static bool IsMixed(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('0', '9')
        && (text.ContainsAnyInRange('A', 'Z') || text.ContainsAnyInRange('a', 'z'))
        && !text.ContainsAny(Blank);

    /// <summary>
    /// Whether a person or machine has made a text to be hard to guess: a letter, and a digit or a sign that words have not.
    /// </summary>
    public static bool IsMade(ReadOnlySpan<char> text) =>
        !text.ContainsAny(Blank) && (IsMixed(text) || (text.ContainsAnyExcept(OfWords) && text.ContainsAnyInRange('A', 'z')));

    /// <summary>
    /// Whether a value stands for one that is elsewhere: <c>$PASSWORD</c>, <c>{password}</c>, <c>%SECRET%</c>, <c>***</c>.
    /// </summary>
    public static bool IsReference(ReadOnlySpan<char> value) => value.IsEmpty || value[0] switch
    {
        '$' => value.Length == 1 || value[1] is '{' or '(' or '$' || value.StartsWith("$env:", StringComparison.OrdinalIgnoreCase)
            || !value[1..].ContainsAnyExcept(NameOfVariable) || !value[1..].ContainsAnyExcept(NameOfConstant),
        '{' => value[^1] == '}' || value.StartsWith("{{"),
        '<' => value[^1] == '>' || value.StartsWith("<%"),
        '%' => value.Length < 4 || value[^1] == '%' || value[1] == '(',
        '…' => true,
        '.' when value.StartsWith("...") => true,
        '*' or '.' or '•' or '-' or '_' or '?' => !value.ContainsAnyExcept(value[0], '…'),
        'x' or 'X' => value.Length > 2 && !value.ContainsAnyExcept(value[0], '…'),
        '[' => value[^1] == ']',
        '/' or '~' => IsPath(value) || IsRegularExpression(value),
        '#' => value.StartsWith("#{"),
        '@' or ':' or '&' => !value[1..].ContainsAnyExcept(NameOfVariable),
        _ => value[^1] == '}'
            && (value.Contains("${", StringComparison.Ordinal) || value.Contains("{{", StringComparison.Ordinal)),
    } || HasPlaceholder(value);

    private static readonly SearchValues<char> NameOfVariable = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz_.->ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> NameOfConstant = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

    /// <summary>Whether a value is a word of a language or a label rather than a password.</summary>
    public static bool IsLabel(ReadOnlySpan<char> value)
    {
        if (IsWord.Contains(value.Trim())
            || SecretNames.NatureOf(value) == SecretNature.Password && !value.ContainsAnyInRange('0', '9'))
        {
            return true;
        }

        if (value.ContainsAnyExcept(OfWords))
        {
            return false;
        }

        // The names of constants, and labels that name what they are for.
        var isConstant = !value.ContainsAnyInRange('a', 'z') && !value.ContainsAny(Blank);
        return isConstant || HasAny(value, Named, whole: false)
            || (value.ContainsAny(Blank) && HasAny(value, Prose, whole: true));
    }

    /// <summary>Whether a value is no more than what a manual writes in a password's place.</summary>
    public static bool IsName(ReadOnlySpan<char> value) =>
        IsWord.Contains(value)
            || (value.Length < 10 && !value.ContainsAnyExcept(OfWords) && SecretNames.NatureOf(value) == SecretNature.Password);

    /// <summary>Whether an unquoted value is code: a name, a member, a call, a place in an array.</summary>
    public static bool IsCode(ReadOnlySpan<char> value)
    {
        if (value.Contains("){", StringComparison.Ordinal)
            || value.Contains("=>", StringComparison.Ordinal)
            || value[^1] is '{' or '('
            || value.Contains("://", StringComparison.Ordinal)
            || value.Contains("::", StringComparison.Ordinal)
            || value.Contains("->", StringComparison.Ordinal))
        {
            return true;
        }

        var open = value.IndexOfAny('(', '[');
        if (open >= 0 && (value[^1] is ')' or ']' || open == value.Length - 1) && IsIdentifier(value[..open], allowPoints: true))
        {
            return true;
        }

        return value.Contains('.') && value[^1] != '.' && IsIdentifier(value, allowPoints: true) && IsMemberPath(value);
    }

    /// <summary>Whether a value is a name with no more than two digits, at its end: <c>password1</c>, <c>token</c>.</summary>
    public static bool IsVariable(ReadOnlySpan<char> value)
    {
        var letters = value.TrimEnd("0123456789");
        return value.Length - letters.Length <= 2 && IsIdentifier(letters, allowPoints: false)
            && !letters.ContainsAnyInRange('0', '9');
    }

    /// <summary>A version or a range of versions of a package.</summary>
    public static bool IsVersion(ReadOnlySpan<char> value)
    {
        var rest = value.TrimStart("^~>=<v ");
        for (var part = 0; part < 3; part++)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length;
            if (digits is 0 or > 5)
            {
                return false;
            }

            rest = rest[digits..];
            if (part < 2)
            {
                if (rest.IsEmpty || rest[0] != '.')
                {
                    return false;
                }

                rest = rest[1..];
            }
        }

        return rest.IsEmpty || rest[0] is '-' or '+' or '.' or ' ';
    }

    private static bool IsUuid(ReadOnlySpan<char> value) => value.Length == 36 && Guid.TryParseExact(value, "D", out _);

    /// <summary>Whether something in a value was redacted already.</summary>
    public static bool HasPlaceholder(ReadOnlySpan<char> value)
    {
        for (var rest = value; rest.IndexOf('[') is >= 0 and var open; rest = rest[(open + 1)..])
        {
            if (PseudonymKey.StartsWithPlaceholder(rest[open..], out _))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPath(ReadOnlySpan<char> value) =>
        !value.ContainsAnyExcept(Path)
            || (value.Count('/') > 1 && !value.ContainsAny(NotInPaths) && !IsMixed(value[(value.LastIndexOf('/') + 1)..]));

    private static bool IsRegularExpression(ReadOnlySpan<char> value) =>
        value.LastIndexOf('/') is > 0 and var end && value.Length - end <= 3
            && !value[(end + 1)..].ContainsAnyExceptInRange('a', 'z');

    /// <summary>Each part begins with a letter, and none looks random.</summary>
    private static bool IsMemberPath(ReadOnlySpan<char> value)
    {
        foreach (var part in value.Split('.'))
        {
            var name = value[part];
            if (name.IsEmpty || char.IsAsciiDigit(name[0]) || !IsVariable(name.TrimStart('_')))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsIdentifier(ReadOnlySpan<char> value, bool allowPoints)
    {
        if (value.IsEmpty || !(char.IsLetter(value[0]) || value[0] is '_' or '$' or '@' or '&' or '*'))
        {
            return false;
        }

        foreach (var character in value[1..])
        {
            if (!char.IsLetterOrDigit(character) && character is not ('_' or '?' or '$')
                && !(allowPoints && character is '.' or '!'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasAny(ReadOnlySpan<char> value, string[] words, bool whole)
    {
        foreach (var word in words)
        {
            if (whole ? Vocabulary.Has(value, word) : value.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
