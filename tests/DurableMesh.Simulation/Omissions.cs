using System.Globalization;
using DurableMesh.Simulation.Faults;

namespace DurableMesh.Simulation;

/// <summary>What is left out of a seed's scenario. A run is named by its seed and its omissions.</summary>
/// <param name="Operations">Numbers of client operations.</param>
/// <param name="Disturbances">Numbers of disturbances.</param>
/// <param name="Faults">Names of <see cref="StorageMood"/>'s faults.</param>
internal sealed record Omissions(IReadOnlySet<int> Operations, IReadOnlySet<int> Disturbances, IReadOnlySet<string> Faults)
{
    /// <summary>Nothing is left out.</summary>
    public static readonly Omissions None = new(new HashSet<int>(), new HashSet<int>(), new HashSet<string>());

    /// <summary>The scenario without them.</summary>
    public Scenario From(Scenario scenario) => scenario with
    {
        Operations = [.. scenario.Operations.Where(operation => !Operations.Contains(operation.Number))],
        Disturbances = [.. scenario.Disturbances.Where(disturbance => !Disturbances.Contains(disturbance.Number))],
        Mood = scenario.Mood.Without(Faults),
    };

    /// <summary>The options that bring them about.</summary>
    public override string ToString() =>
        Option("--without-operations", Write(Operations)) + Option("--without-disturbances", Write(Disturbances))
        + Option("--without-faults", string.Join(',', Faults));

    /// <summary>Reads numbers and ranges, such as <c>1,3,7-9</c>.</summary>
    /// <exception cref="FormatException">The text is no list of numbers.</exception>
    public static IReadOnlySet<int> Read(string? text)
    {
        var numbers = new HashSet<int>();
        foreach (string part in (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            int first = int.Parse(ends[0], CultureInfo.InvariantCulture);
            int last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            numbers.UnionWith(Enumerable.Range(first, Math.Max(0, last - first + 1)));
        }

        return numbers;
    }

    private static string Write(IReadOnlySet<int> numbers)
    {
        var parts = new List<string>();
        foreach (int first in numbers.Order().Where(number => !numbers.Contains(number - 1)))
        {
            int last = first;
            while (numbers.Contains(last + 1))
            {
                last++;
            }

            parts.Add(first == last ? $"{first}" : $"{first}-{last}");
        }

        return string.Join(',', parts);
    }

    private static string Option(string name, string value) => value.Length == 0 ? string.Empty : $" {name} {value}";
}
