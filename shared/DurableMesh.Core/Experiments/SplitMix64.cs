namespace DurableMesh.Core.Experiments;

/// <summary>
/// A stream of random numbers that anybody computes again from its seed: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast
/// splittable pseudorandom number generators", OOPSLA 2014). The state grows by 0x9E3779B97F4A7C15; the number is the state,
/// mixed.
/// </summary>
/// <param name="seed">Any number.</param>
public sealed class SplitMix64(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var mixed = _state += Golden;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>
    /// A number from 0 to <paramref name="bound"/> − 1: the upper 64 bits of the next 64 bits times the bound. Its bias, at most
    /// bound ÷ 2⁶⁴, is nothing that a sample could show.
    /// </summary>
    /// <param name="bound">At least 1.</param>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Shuffles in place (Fisher and Yates): from the last place down, each swaps with one of those up to it.</summary>
    /// <typeparam name="T">Whatever is shuffled.</typeparam>
    /// <param name="items">What is shuffled.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
