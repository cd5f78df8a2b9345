namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>All formats, found by how a number begins: the letters, the digits and what stands behind them.</summary>
internal static class NumberFormats
{
    /// <summary>Characters beyond ASCII end a number, as the end of the text does.</summary>
    private const int Next = 128;

    private static readonly NumberFormat[]?[] ByBeginning = Sort();

    /// <summary>No number has more letters before its first digit.</summary>
    public const int MaxLetters = 6;

    /// <summary>Reads a number of any format.</summary>
    /// <param name="passage">The text.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="firstDigit">Its first digit; only letters come before.</param>
    /// <param name="digits">How many digits stand together there.</param>
    /// <param name="finding">What was found.</param>
    public static bool TryRead(in Passage passage, int start, int firstDigit, int digits, out Finding finding)
    {
        finding = default;
        var formats = ByBeginning[Beginning(firstDigit - start, digits, passage[firstDigit + digits])];
        if (formats is null || !passage.StartsAt(start))
        {
            return false;
        }

        foreach (var format in formats)
        {
            if (format.TryRead(passage, start, out finding))
            {
                return true;
            }
        }

        return false;
    }

    private static int Beginning(int letters, int digits, char next) =>
        (letters * (Passage.MaxDigits + 2) + digits) * Next + (next < Next ? next : 0);

    private static NumberFormat[]?[] Sort()
    {
        NumberFormat[] all = [.. PaymentCards.Formats, .. NationalIds.Formats];
        var beginnings =
            from format in all
            from next in Enumerable.Range(0, Next)
            where format.GoesOnWith((char)next)
            group format by Beginning(format.Letters, format.FirstDigits, (char)next);
        var sorted = new NumberFormat[]?[Beginning(MaxLetters + 1, 0, '\0')];
        foreach (var formats in beginnings)
        {
            sorted[formats.Key] = [.. formats];
        }

        return sorted;
    }
}
