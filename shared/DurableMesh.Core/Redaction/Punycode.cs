namespace DurableMesh.Core.Redaction;

/// <summary>Reads what stands for letters beyond ASCII in the names of domains (RFC 3492).</summary>
internal static class Punycode
{
    private const string Prefix = "xn--";
    private const int Base = 36;
    private const int Least = 1;
    private const int Most = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int FirstBias = 72;
    private const int FirstCode = 0x80;
    private const int MaxLabel = 63;

    /// <summary>The label as people read it; as it is where it is none that was encoded.</summary>
    public static string Decode(string label)
    {
        if (!label.StartsWith(Prefix, StringComparison.Ordinal) || label.Length > MaxLabel)
        {
            return label;
        }

        var last = label.LastIndexOf('-');
        var output = new List<char>(last > Prefix.Length - 1 ? label[Prefix.Length..last] : "");
        var (code, at, bias) = (FirstCode, 0, FirstBias);
        for (var next = last + 1; next < label.Length;)
        {
            var (before, weight) = (at, 1);
            for (var step = Base; ; step += Base)
            {
                var digit = next < label.Length ? DigitOf(label[next++]) : -1;
                if (digit < 0 || digit > (int.MaxValue - at) / weight)
                {
                    return label;
                }

                at += digit * weight;
                var threshold = Math.Clamp(step - bias, Least, Most);
                if (digit < threshold)
                {
                    break;
                }

                weight *= Base - threshold;
                if (weight > int.MaxValue / Base)
                {
                    return label;
                }
            }

            bias = Adapt(at - before, output.Count + 1, before == 0);
            code += at / (output.Count + 1);
            at %= output.Count + 1;
            if (code > char.MaxValue || char.IsSurrogate((char)code))
            {
                return label;
            }

            output.Insert(at++, (char)code);
        }

        return new string([.. output]);
    }

    private static int DigitOf(char character) => character switch
    {
        >= 'a' and <= 'z' => character - 'a',
        >= '0' and <= '9' => character - '0' + Most,
        _ => -1,
    };

    private static int Adapt(int delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / count;
        var steps = 0;
        for (; delta > (Base - Least) * Most / 2; steps += Base)
        {
            delta /= Base - Least;
        }

        return steps + (Base - Least + 1) * delta / (delta + Skew);
    }
}
