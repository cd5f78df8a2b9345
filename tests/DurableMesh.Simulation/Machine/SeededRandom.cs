namespace DurableMesh.Simulation.Machine;

/// <summary>A stream of random numbers that is the same for the same seed, on every machine and version (SplitMix64).</summary>
internal sealed class SeededRandom(ulong seed, ulong stream)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03;

    /// <summary>64 random bits.</summary>
    public ulong Bits()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A whole number from 0 up to, and without, <paramref name="end"/>.</summary>
    public int Below(int end) => (int)(Bits() % (ulong)end);

    /// <summary>A whole number from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => (Bits() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>One of several.</summary>
    public T Pick<T>(params IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
