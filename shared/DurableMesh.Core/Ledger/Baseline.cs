using System.Collections.Immutable;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Ledger;

/// <summary>
/// What the pipeline before the mesh used: a fold of imported lines, each counted once by its file's hash and its place.
/// </summary>
public sealed class Baseline : IFolded<Baseline, BaselineChange>
{
    /// <summary>The most lines that are kept, of all files together.</summary>
    public const int MostLines = 200_000;

    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<int, BaselineRun>> _files;
    private readonly int _lines;
    private readonly Lazy<IReadOnlyDictionary<PairKey, BaselineRow>> _rows;

    private Baseline(ImmutableSortedDictionary<string, ImmutableSortedDictionary<int, BaselineRun>> files, int lines)
    {
        (_files, _lines) = (files, lines);
        _rows = new(Summarise);
    }

    /// <inheritdoc/>
    public static Baseline Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<int, BaselineRun>>(StringComparer.Ordinal), 0);

    /// <summary>What is known of each pair, or agent, and pattern; added up once.</summary>
    public IReadOnlyDictionary<PairKey, BaselineRow> Rows => _rows.Value;

    /// <summary>Which of a file's lines count already.</summary>
    /// <param name="file">The file's hash.</param>
    public IEnumerable<int> LinesOf(string file) => _files.TryGetValue(file, out var lines) ? lines.Keys : [];

    /// <inheritdoc/>
    public ChangeResult<Baseline> Apply(BaselineChange change, DateTimeOffset at, string by) => change switch
    {
        ImportBaseline import => Import(import),
        ForgetBaseline { File: var file } when _files.TryGetValue(file, out var lines) =>
            new(new Baseline(_files.Remove(file), _lines - lines.Count)),
        ForgetBaseline { File: var file } => new(this, new ChangeRefusal(
            RefusalKind.NotFound, "baseline_not_found", $"No line of a file {file} counts.")),
        _ => throw new InvalidOperationException($"A {change.GetType().Name} is no change of the baseline."),
    };

    private ChangeResult<Baseline> Import(ImportBaseline import)
    {
        var before = _files.GetValueOrDefault(import.File, ImmutableSortedDictionary<int, BaselineRun>.Empty);
        var after = before.ToBuilder();
        foreach (var run in import.Runs)
        {
            after.TryAdd(run.Line, run);
        }

        var lines = _lines + after.Count - before.Count;
        return after.Count == before.Count ? new(this)
            : lines > MostLines ? new(this, new ChangeRefusal(
                RefusalKind.Conflict,
                "baseline_full",
                $"The baseline keeps {MostLines} lines, and there would be {lines}. Forget a file that counts no more."))
            : new(new Baseline(_files.SetItem(import.File, after.ToImmutable()), lines));
    }

    private Dictionary<PairKey, BaselineRow> Summarise() => _files
        .SelectMany(file => file.Value.Values.Select(line => (File: file.Key, Line: line)))
        .GroupBy(one => one.Line.Pair)
        .ToDictionary(
            pair => pair.Key,
            pair => RowOf(pair.Key, pair
                .GroupBy(one => (one.File, one.Line.Run, Line: one.Line.Run is null ? one.Line.Line : 0), one => one.Line)));

    private static BaselineRow RowOf(PairKey pair, IEnumerable<IEnumerable<BaselineRun>> runs)
    {
        var tally = new RunTally();
        var (milliseconds, weeks) = (new List<long>(), new SortedSet<DateOnly>());
        foreach (var lines in runs.Select(run => run.ToList()))
        {
            tally.Add(
                EndOf(lines.LastOrDefault(line => line.Verdict is not null)?.Verdict),
                lines.Max(line => line.Rounds),
                lines.Select(SpendOf).Aggregate((sum, spend) => sum + spend));
            if (lines.All(line => line.Seconds is not null))
            {
                milliseconds.Add((long)(lines.Sum(line => line.Seconds!.Value) * 1000));
            }

            weeks.UnionWith(lines.Select(line => IsoWeek.MondayOf(line.Day)));
        }

        milliseconds.Sort();
        return new BaselineRow(
            pair.Initiator, pair.Responder, pair.Pattern, [.. weeks.Select(IsoWeek.Format)], tally.Numbers(milliseconds));
    }

    private static Spend SpendOf(BaselineRun line) =>
        new(1, line.Usage.CostSource == CostSource.Unpriced ? 1 : 0, line.Usage.Totals());

    private static EndState? EndOf(Verdict? verdict) => verdict switch
    {
        Verdict.Pass => EndState.Pass,
        Verdict.Partial => EndState.Partial,
        Verdict.Fail or Verdict.Blocked => EndState.Blocked,
        _ => null,
    };
}
