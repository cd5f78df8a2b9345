using System.Globalization;
using System.Runtime.CompilerServices;
using DurableMesh.Simulation.Machine;

namespace DurableMesh.Simulation;

/// <summary>
/// What happened in a run: always as a hash that two runs of one seed must agree on, and where it is wanted as text, of which the
/// last lines are kept.
/// </summary>
internal sealed class Trace(int lines = 0)
{
    private readonly Queue<string> _lines = new(lines);

    /// <summary>Whose time the lines carry.</summary>
    public VirtualClock? Clock { get; set; }

    /// <summary>The hash so far (FNV-1a over 64-bit words).</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>The last lines.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Puts a number into the hash.</summary>
    public void Mix(long value) => Hash = (Hash ^ (ulong)value) * 1099511628211;

    /// <summary>Writes a line, if lines are wanted.</summary>
    public void Say([InterpolatedStringHandlerArgument("")] ref TraceLine line)
    {
        if (lines > 0)
        {
            if (_lines.Count == lines)
            {
                _lines.Dequeue();
            }

            TimeSpan now = Clock?.Elapsed ?? TimeSpan.Zero;
            _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{now:d\\.hh\\:mm\\:ss\\.ffffff} {line.Text}"));
        }
    }

    /// <summary>Builds a line only where lines are wanted.</summary>
    [InterpolatedStringHandler]
    internal ref struct TraceLine
    {
        private DefaultInterpolatedStringHandler _text;

        /// <summary>Called by the compiler.</summary>
        public TraceLine(int literalLength, int formattedCount, Trace trace, out bool wanted)
        {
            wanted = trace.IsWanted;
            _text = wanted
                ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture)
                : default;
        }

        /// <summary>The line.</summary>
        public string Text => _text.ToStringAndClear();

        /// <summary>Called by the compiler.</summary>
        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        /// <summary>Called by the compiler: a width cuts off what is longer.</summary>
        public void AppendFormatted<T>(T value, int alignment)
        {
            string text = value?.ToString() ?? string.Empty;
            _text.AppendLiteral(text.Length <= alignment ? text : string.Concat(text.AsSpan(0, alignment), "…"));
        }

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);
    }

    private bool IsWanted => lines > 0;
}
