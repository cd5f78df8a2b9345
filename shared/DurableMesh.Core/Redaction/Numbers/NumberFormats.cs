namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>All formats, found by how a number begins.</summary>
internal static class NumberFormats
{
    private static readonly NumberFormat[][] ByBeginning = Sort();

    /// <summary>Reads a number of any format.</summary>
    /// <param name="passage">The text.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="firstDigit">Its first digit; only letters come before.</param>
    /// <param name="digits">How many digits stand together there.</param>
    /// <param name="finding">What was found.</param>
    public static bool TryRead(in Passage passage, int start, int firstDigit, int digits, out Finding finding)
    {
        finding = default;
        var formats = ByBeginning[Beginning(firstDigit - start, digits)];
        if (formats.Length == 0 || !passage.StartsAt(start))
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

    private static int Beginning(int letters, int digits) => letters * (Passage.MaxDigits + 2) + digits;

    private static NumberFormat[][] Sort()
    {
        NumberFormat[] all = [.. PaymentCards.Formats, .. NationalIds.Formats];
        var sorted = all.ToLookup(format => Beginning(format.Letters, format.FirstDigits));
        return [.. Enumerable.Range(0, Beginning(7, 0)).Select(beginning => sorted[beginning].ToArray())];
    }
}
