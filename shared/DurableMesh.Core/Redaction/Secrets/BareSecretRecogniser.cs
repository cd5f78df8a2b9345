using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Values without quotes: to the next blank, or in a connection string to the next semicolon. What may as well be code or a word
/// must look made to be a secret.
/// </summary>
internal static class BareSecretRecogniser
{
    private const int MaxBefore = 48;
    private const int MaxSection = 400;
    private const int MinMade = 6;
    private const int MinLooseKey = 12;
    private const int MinCell = 8;

    private static readonly SearchValues<char> EndOfWord = SearchValues.Create(" \t\r\n\"'`");
    private static readonly SearchValues<char> EndOfPart = SearchValues.Create("\r\n;");
    private static readonly SearchValues<char> EndOfPartBefore = SearchValues.Create("\r\n\"';:=,/()");
    private static readonly SearchValues<char> Separators = SearchValues.Create("&;,<#");
    private static readonly SearchValues<char> InTypes = SearchValues.Create("<>[]|?&");
    private static readonly SearchValues<char> Letters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Reads a value behind a sign.</summary>
    /// <param name="named">The name.</param>
    /// <param name="start">Where the value starts.</param>
    /// <param name="isEqual">Whether the sign is one of equality.</param>
    /// <param name="isTight">Whether no blank stands around it, as in an environment.</param>
    /// <param name="finding">What was found.</param>
    public static bool TryRead(in NamedSecret named, int start, bool isEqual, bool isTight, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var isPart = isEqual && IsInConnectionString(passage, named.Start);
        var value = isPart ? Part(passage, start) : Word(passage, named.Start, start, isEqual);
        if (!isPart && isEqual && value.Length > 0 && passage[start + value.Length] == ';'
            && BeginsPart(passage.Text[(start + value.Length + 1)..]))
        {
            isPart = true;
        }

        if (value.IsEmpty || !SecretValues.CanBe(named.Nature, value) || SecretValues.IsReference(value))
        {
            return false;
        }

        var next = passage[start + value.Length];
        var isSecret = isPart ? named.Nature == SecretNature.Password || !SecretValues.IsCode(value)
            : !SecretValues.IsCode(value) && (named.Nature == SecretNature.Password
                ? IsPassword(named, value, next, isEqual, isTight)
                : !SecretValues.IsVariable(value) && (isTight || value.Length >= MinLooseKey));
        if (!isSecret)
        {
            return false;
        }

        finding = SecretFinding.Of(passage, named.Nature, start, start + value.Length);
        return true;
    }

    /// <summary>Reads a value that must look made: nothing but its looks says that it is the name's.</summary>
    public static bool TryReadMade(in NamedSecret named, int start, out Finding finding)
    {
        finding = default;
        var value = Word(named.Passage, named.Start, start, isEqual: false).TrimEnd(".|");
        var isMade = named.Nature == SecretNature.Password
            ? value.Length >= MinMade && (SecretValues.IsMade(value) || !value.ContainsAnyExceptInRange('0', '9'))
                && !SecretValues.IsVersion(value)
            : value.Length >= MinCell && SecretValues.CanBe(named.Nature, value);
        if (!isMade || SecretValues.IsReference(value) || SecretValues.IsCode(value) || SecretValues.IsVariable(value)
            || SecretValues.IsLabel(value))
        {
            return false;
        }

        finding = SecretFinding.Of(named.Passage, named.Nature, start, start + value.Length);
        return true;
    }

    /// <summary>
    /// Reads the value of a flag, <c>--password x</c>: nothing else can follow, but for what a manual writes there.
    /// </summary>
    public static bool TryReadFlag(in NamedSecret named, int start, out Finding finding)
    {
        finding = default;
        var value = Word(named.Passage, named.Start, start, isEqual: false);
        if (value.Length < 4 || value[0] == '-' || value.StartsWith("env:") || value.StartsWith("file:")
            || SecretValues.IsReference(value)
            || SecretValues.IsCode(value) || SecretValues.IsLabel(value) || !SecretValues.CanBe(named.Nature, value))
        {
            return false;
        }

        // One word of small letters goes on as prose does; CamelCase hardly.
        if (!SecretValues.IsMade(value) && !value[1..].ContainsAnyInRange('A', 'Z'))
        {
            return false;
        }

        finding = SecretFinding.Of(named.Passage, named.Nature, start, start + value.Length);
        return true;
    }

    private static bool IsPassword(in NamedSecret named, ReadOnlySpan<char> value, char next, bool isEqual, bool isTight)
    {
        var isMade = SecretValues.IsMade(value) || !value.ContainsAnyExceptInRange('0', '9');
        var isArgument = next is ')' or ',' or ']' or '}' or ';';
        if (isArgument && (!isMade || SecretValues.IsVariable(value)))
        {
            return false;
        }

        if (isTight)
        {
            return !SecretValues.IsLabel(value) && (isMade || named.Passage[named.Start - 1] is not '.');
        }

        return value.Length >= MinMade && !SecretValues.IsLabel(value)
            && (isMade ? !IsType(value) : IsPassPhrase(value) || (isEqual && IsInSection(named)));
    }

    /// <summary>A value up to the next semicolon, or to the quote in which the connection string stands.</summary>
    private static ReadOnlySpan<char> Part(in Passage passage, int start)
    {
        var part = TextReading.Until(passage, start, EndOfPart);
        var last = passage[start + part.Length] == ';' ? part.Length : 0;
        for (var at = 0; at < part.Length && part[at..].IndexOfAny('"', '\'') is >= 0 and var found; at++)
        {
            at += found;
            if (last == 0 || (at + 1 < part.Length && part[at + 1] is ' ' or ',' or ')' or '}' or ']') || at + 1 == part.Length)
            {
                return part[..at].TrimEnd();
            }
        }

        return part.TrimEnd();
    }

    /// <summary>A value up to the next blank, without what closes or goes on behind it.</summary>
    private static ReadOnlySpan<char> Word(in Passage passage, int name, int start, bool isEqual)
    {
        var word = TextReading.Until(passage, start, EndOfWord);
        var isInQuery = isEqual && passage[name - 1] is '?' or '&';
        for (var at = 1; at < word.Length && word[at..].IndexOfAny(Separators) is >= 0 and var found; at++)
        {
            at += found;
            var rest = word[(at + 1)..];
            if (word[at] switch
            {
                '#' => isInQuery,
                '&' => isInQuery || BeginsPart(rest),
                '<' => !rest.IsEmpty && (char.IsAsciiLetter(rest[0]) || rest[0] == '/'),
                _ => BeginsPart(rest),
            })
            {
                word = word[..at];
            }
        }

        return TrimClosers(word);
    }

    private static ReadOnlySpan<char> TrimClosers(ReadOnlySpan<char> word)
    {
        while (word.Length > 0)
        {
            var opens = word[^1] switch { ')' => '(', ']' => '[', '}' => '{', '>' => '<', ',' or ';' or '\\' => '\0', _ => ' ' };
            if (opens == ' ' || (opens != '\0' && word.Contains(opens)))
            {
                break;
            }

            word = word[..^1];
        }

        return word;
    }

    /// <summary>Whether a text begins as the next part of a connection string or a query does: a name and <c>=</c>.</summary>
    private static bool BeginsPart(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, MaxBefore)].TrimStart();
        var sign = text.IndexOf('=');
        if (sign < 1 || !char.IsAsciiLetter(text[0]))
        {
            return false;
        }

        foreach (var character in text[..sign])
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-' or '.' or ' '))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInConnectionString(in Passage passage, int nameStart)
    {
        var before = passage.Before(nameStart, MaxBefore).TrimEnd();
        return before.EndsWith(";")
            || (passage[nameStart - 1] == ' ' && before.LastIndexOfAny(EndOfPartBefore) is >= 0 and var at && before[at] == ';');
    }

    /// <summary>A type's name with its arguments, or an array or union of types.</summary>
    private static bool IsType(ReadOnlySpan<char> value) =>
        value.ContainsAny(InTypes) && !value.ContainsAnyInRange('0', '9') && char.IsAsciiLetter(value[0]);

    /// <summary>Three words or more with hyphens between.</summary>
    private static bool IsPassPhrase(ReadOnlySpan<char> value)
    {
        var words = 0;
        foreach (var word in value.Split('-'))
        {
            words += value[word] is { Length: >= 3 } letters && !letters.ContainsAnyExcept(Letters) ? 1 : -MaxBefore;
        }

        return words >= 3;
    }

    /// <summary>
    /// Whether a line stands in a section of a settings file: behind a line <c>[name]</c>, among lines that assign.
    /// </summary>
    private static bool IsInSection(in NamedSecret named)
    {
        var passage = named.Passage;
        var before = passage.Text[Math.Max(passage.Floor, named.Start - MaxSection)..named.Start];
        var isFirst = true;
        while (before.LastIndexOf('\n') is var line && (line >= 0 || before.Length > 0))
        {
            var text = before[(line + 1)..].Trim();
            if (text.StartsWith("[") && text.EndsWith("]"))
            {
                return true;
            }

            if (isFirst ? text.Length > 0 : text.Length > 0 && !text.Contains('=') && text[0] is not ('#' or ';'))
            {
                return false;
            }

            isFirst = false;
            before = line < 0 ? default : before[..line];
        }

        return false;
    }
}
