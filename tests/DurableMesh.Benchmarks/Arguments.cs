using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>The options of one benchmark: <c>--name value</c>, or <c>--name</c> alone for a switch.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    /// <summary>Reads options.</summary>
    /// <param name="args">The command line behind the benchmark's name.</param>
    /// <param name="known">The names that are allowed; one that ends in <c>!</c> is a switch.</param>
    /// <exception cref="ArgumentException">An unknown option, or one without its value.</exception>
    public static Arguments Parse(string[] args, params string[] known)
    {
        var parsed = new Arguments();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : args[i];
            if (known.Contains(name + "!"))
            {
                parsed._values[name] = "true";
            }
            else if (known.Contains(name) && i + 1 < args.Length)
            {
                parsed._values[name] = args[++i];
            }
            else
            {
                throw new ArgumentException($"Unknown or incomplete option '{args[i]}'.");
            }
        }

        return parsed;
    }

    /// <summary>Whether a switch was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>A whole number, or its default.</summary>
    public int Number(string name, int otherwise) =>
        _values.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Whole numbers with commas between, or their default.</summary>
    public int[] Numbers(string name, params int[] otherwise) => _values.TryGetValue(name, out string? text)
        ? [.. text.Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture))]
        : otherwise;
}
