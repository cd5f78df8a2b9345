namespace DurableMesh.Core.Wire;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>Names longer than this are no typing errors, and would cost time to compare.</summary>
    private const int MaxLength = 64;

    /// <summary>The nearest candidate within a third of the name's length, case apart; null where none is near.</summary>
    /// <param name="name">The name that somebody wrote.</param>
    /// <param name="candidates">The names that there are.</param>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length > MaxLength)
        {
            return null;
        }

        var nearest = candidates
            .Select(candidate => (candidate, distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .DefaultIfEmpty((candidate: "", distance: int.MaxValue))
            .MinBy(pair => pair.distance);
        return nearest.distance <= Math.Max(1, name.Length / 3) ? nearest.candidate : null;
    }

    private static int Distance(string left, string right)
    {
        // Two letters in the wrong order are one mistake.
        int[] before = [];
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous) = (previous, current);
        }

        return previous[^1];
    }
}
