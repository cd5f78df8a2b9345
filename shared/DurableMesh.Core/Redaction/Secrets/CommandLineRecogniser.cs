using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Secrets on command lines that no name says: <c>curl -u user:…</c>, <c>docker login -p …</c>. Each program's flags are in a
/// table. (<c>--password …</c> is read by its name.)
/// </summary>
internal static class CommandLineRecogniser
{
    private const int MaxCommand = 400;
    private const int MinSecret = 4;

    private static readonly SearchValues<char> EndOfCommand = SearchValues.Create("\r\n|");

    private static readonly (string Program, string[] Flags)[] Programs =
    [
        ("curl ", [" -u ", " --user ", " --user=", " -U ", " --proxy-user "]),
        ("redis-cli ", [" -a "]),
        ("docker login", [" -p "]),
        ("podman login", [" -p "]),
        ("helm registry login", [" -p "]),
        ("oc login", [" -p "]),
        ("az login", [" -p "]),
        ("az acr login", [" -p "]),
        ("nuget push", [" -k "]),
        ("sshpass ", [" -p", " -p "]),
        ("mysql", [" -p"]),
        ("mariadb", [" -p"]),
        ("ldapsearch ", [" -w "]),
        ("ldapmodify ", [" -w "]),
        ("mongo", [" -p "]),
        ("sqlcmd ", [" -P "]),
        ("bcp ", [" -P "]),
        ("smbclient ", [" -U "]),
        ("rabbitmqadmin ", [" -p "]),
        ("net use ", []),
        ("identified by ", []),
    ];

    private static readonly (string Program, string[] Flags)[][] ByFirst =
        [.. Enumerable.Range(0, 32).Select(first => Programs.Where(row => row.Program[0] % 32 == first).ToArray())];

    /// <summary>What the scan looks for.</summary>
    public static IEnumerable<string> Triggers { get; } = Programs.Select(row => row.Program);

    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var rest = passage.Text[at..Math.Min(passage.Text.Length, at + MaxCommand)];
        foreach (var (program, flags) in ByFirst[passage[at] % ByFirst.Length])
        {
            if (rest.StartsWith(program, StringComparison.OrdinalIgnoreCase))
            {
                return !char.IsAsciiLetterOrDigit(passage[at - 1]) && (program switch
                {
                    "identified by " => TryReadValue(passage, at + program.Length, isAttached: false, out finding),
                    "net use " => TryReadNetUse(passage, at, rest, out finding),
                    _ => TryReadFlags(passage, at, rest, flags, out finding),
                });
            }
        }

        return false;
    }

    private static bool TryReadFlags(in Passage passage, int at, ReadOnlySpan<char> rest, string[] flags, out Finding finding)
    {
        finding = default;
        var command = rest.IndexOfAny(EndOfCommand) is >= 0 and var end ? rest[..end] : rest;
        foreach (var flag in flags)
        {
            if (command.IndexOf(flag) is >= 0 and var found
                && TryReadValue(passage, at + found + flag.Length, flag[^1] is not (' ' or '='), out finding))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A flag's value; of <c>user:password</c> the password, of <c>token:</c> the token.</summary>
    private static bool TryReadValue(in Passage passage, int start, bool isAttached, out Finding finding)
    {
        finding = default;
        var blanks = TextReading.SkipBlanks(passage, start) - start;
        if (isAttached && blanks > 0)
        {
            return false;
        }

        start += blanks;
        var length = 0;
        if (TextReading.TryOpenQuote(passage, start, out var quote))
        {
            (start, length) = (quote.Start, TextReading.CloseOf(passage, quote) - quote.Start);
        }
        else
        {
            while (passage[start + length] is > ' ' and not ('"' or '\'' or '`' or ';'))
            {
                length++;
            }
        }

        if (length < MinSecret || passage.Text[start] == '-')
        {
            return false;
        }

        var value = passage.Text.Slice(start, length);
        if (SecretValues.HasPlaceholder(value))
        {
            return false;
        }

        var colon = value.IndexOf(':');
        if (colon == length - 1)
        {
            value = value[..^1];
            colon = -1;
        }

        var secret = value[(colon + 1)..];
        if (secret.Length < MinSecret || SecretValues.IsReference(secret) || SecretValues.IsLabel(secret)
            || SecretValues.IsCode(secret)
            || !secret.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        start += colon + 1;
        finding = SecretFinding.Of(passage, RedactionKind.Credential, start, start + secret.Length);
        return true;
    }

    /// <summary>What stands between the share and the user of <c>net use</c>.</summary>
    private static bool TryReadNetUse(in Passage passage, int at, ReadOnlySpan<char> rest, out Finding finding)
    {
        finding = default;
        var user = rest.IndexOf("/user:", StringComparison.OrdinalIgnoreCase);
        var end = user > 0 ? rest[..user].TrimEnd().Length : 0;
        var start = rest[..end].LastIndexOf(' ') + 1;
        var value = rest[start..end];
        if (value.Length < MinSecret || value[0] == '\\' || SecretValues.IsReference(value) || rest[..end].Contains('\n'))
        {
            return false;
        }

        finding = SecretFinding.Of(passage, RedactionKind.Credential, at + start, at + end);
        return true;
    }
}
