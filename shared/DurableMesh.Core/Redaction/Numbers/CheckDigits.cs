namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>The arithmetic behind check digits.</summary>
internal static class CheckDigits
{
    /// <summary>Luhn (ISO/IEC 7812-1 annex B): every second digit from the right doubled.</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            var doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }

        return sum % 10 == 0;
    }

    /// <summary>The digits times their weights.</summary>
    public static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<sbyte> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += (digits[i] - '0') * weights[i];
        }

        return sum;
    }

    /// <summary>ISO/IEC 7064 mod 97,10 over digits and letters (A is 10).</summary>
    public static int Mod97(ReadOnlySpan<char> compact, int before = 0)
    {
        foreach (var character in compact)
        {
            before = (char.IsAsciiDigit(character) ? before * 10 + character - '0' : before * 100 + character - 'A' + 10) % 97;
        }

        return before;
    }

    /// <summary>ISO/IEC 7064 mod 11,10.</summary>
    public static bool Mod11And10(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var digit in digits[..^1])
        {
            var sum = (product + digit - '0') % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>The number that the digits write.</summary>
    public static long Number(ReadOnlySpan<char> digits)
    {
        var number = 0L;
        foreach (var digit in digits)
        {
            number = number * 10 + digit - '0';
        }

        return number;
    }
}
