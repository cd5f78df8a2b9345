using DurableMesh.Core.Experiments;
using DurableMesh.Core.Experiments.Statistics;
using DurableMesh.Core.Money;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace DurableMesh.Cli.Experiments.Report;

/// <summary>An experiment's figures as charts, in SVG.</summary>
internal static class ExperimentCharts
{
    private const int Width = 720;
    private const int Height = 320;
    private const int RoomForNames = 150;
    private const double Half = 0.5;

    private static readonly OxyColor[] Colors =
        [OxyColor.FromRgb(0x4c, 0x78, 0xa8), OxyColor.FromRgb(0xf5, 0x85, 0x18), OxyColor.FromRgb(0x54, 0xa2, 0x4b)];

    /// <summary>All of them, each with its title.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="runs">The runs.</param>
    public static IEnumerable<(string Title, string Svg)> Of(ExperimentPlan plan, IReadOnlyList<ArmRun> runs)
    {
        if (runs.Count == 0)
        {
            yield break;
        }

        yield return ("Tokens of a run that did not come from a cache", Boxes(plan, runs, run => run.NewTokens));
        yield return ("Seconds of a run", Boxes(plan, runs, run => run.WallSeconds));
        yield return ("The same task in each arm: tokens of a mean run that did not come from a cache", Pairs(plan, runs));
        yield return ("Input of a mean run, by where it came from", CacheShares(plan, runs));
        if (Waterfall(plan, runs) is { } waterfall)
        {
            yield return ("From the first arm's mean cost to the last one's, US$", waterfall);
        }
    }

    private static string Boxes(ExperimentPlan plan, IReadOnlyList<ArmRun> runs, Func<ArmRun, double> of)
    {
        var boxes = new BoxPlotSeries { Fill = Colors[0], StrokeThickness = 1, BoxWidth = 0.4 };
        foreach (var (at, arm) in plan.Arms.Index())
        {
            double[] values = [.. runs.Where(run => run.Arm == arm).Select(of).Order()];
            if (values.Length > 0)
            {
                boxes.Items.Add(new BoxPlotItem(
                    at, values[0], Quantile(values, 0.25), Quantile(values, Half), Quantile(values, 0.75), values[^1]));
            }
        }

        return Draw(Categories(plan.Arms.Select(ExperimentWords.Of), AxisPosition.Bottom), Amounts(AxisPosition.Left), boxes);
    }

    private static string Pairs(ExperimentPlan plan, IReadOnlyList<ArmRun> runs)
    {
        var lines = plan.Tasks.Select(task =>
        {
            var line = new LineSeries
            {
                Color = OxyColor.FromAColor(0x90, Colors[0]),
                MarkerType = MarkerType.Circle,
                MarkerSize = 2.5,
            };
            line.Points.AddRange(plan.Arms.Index()
                .Select(arm => (arm.Index, Runs: runs.Where(run => run.Task == task && run.Arm == arm.Item).ToList()))
                .Where(arm => arm.Runs.Count > 0)
                .Select(arm => new DataPoint(arm.Index, arm.Runs.Average(run => run.NewTokens))));
            return line;
        });
        return Draw(
            Categories(plan.Arms.Select(ExperimentWords.Of), AxisPosition.Bottom), Amounts(AxisPosition.Left), [.. lines]);
    }

    private static string CacheShares(ExperimentPlan plan, IReadOnlyList<ArmRun> runs)
    {
        (string Name, Func<ArmRun, long> Of)[] parts =
        [
            ("uncached", run => run.InputUncached),
            ("written into a cache", run => run.InputWritten),
            ("from a cache", run => run.InputCached),
        ];
        var series = parts.Index().Select(part =>
        {
            var bars = new BarSeries { Title = part.Item.Name, IsStacked = true, FillColor = Colors[part.Index] };
            foreach (var (at, arm) in plan.Arms.Index())
            {
                bars.Items.Add(new BarItem(
                    runs.Where(run => run.Arm == arm).Select(run => (double)part.Item.Of(run)).DefaultIfEmpty(0).Average(), at));
            }

            return bars;
        });
        return Draw(
            Categories(plan.Arms.Select(ExperimentWords.Of), AxisPosition.Left), Amounts(AxisPosition.Bottom), [.. series]);
    }

    /// <summary>What each kind of token adds or takes away; null where the model has no list price.</summary>
    private static string? Waterfall(ExperimentPlan plan, IReadOnlyList<ArmRun> runs)
    {
        if (plan.Arms.Count < 2 || plan.Models is not [var model]
            || CommonPrices.Table.Find(model, runs[0].StartedAt) is not { } price)
        {
            return null;
        }

        var input = (double)price.InputPerMillion / 1e6;
        var cached = (double)(price.CachedInputPerMillion ?? price.InputPerMillion) / 1e6;
        var written = (double)(price.CacheWritePerMillion ?? price.InputPerMillion) / 1e6;
        var output = (double)price.OutputPerMillion / 1e6;
        var (from, to) = (plan.Arms[0], plan.Arms[^1]);
        (string Name, double By)[] steps =
        [
            ("uncached input", Change(run => run.InputUncached) * input),
            ("written input", Change(run => run.InputWritten) * written),
            ("cached input", Change(run => run.InputCached) * cached),
            ("output", Change(run => run.Output) * output),
        ];
        var begin = Mean(from, run => (run.InputUncached * input) + (run.InputWritten * written) + (run.InputCached * cached)
            + (run.Output * output));
        var bars = new RectangleBarSeries { StrokeThickness = 0 };
        Add(0, 0, begin, Colors[0]);
        var sum = begin;
        foreach (var (at, (_, by)) in steps.Index())
        {
            Add(at + 1, sum, sum + by, by < 0 ? Colors[2] : Colors[1]);
            sum += by;
        }

        Add(steps.Length + 1, 0, sum, Colors[0]);
        return Draw(
            Categories(
                [ExperimentWords.Of(from), .. steps.Select(step => step.Name), ExperimentWords.Of(to)], AxisPosition.Bottom),
            Amounts(AxisPosition.Left),
            bars);

        void Add(int at, double low, double high, OxyColor color) =>
            bars.Items.Add(new RectangleBarItem(at - 0.3, Math.Min(low, high), at + 0.3, Math.Max(low, high)) { Color = color });

        double Mean(ExperimentArm arm, Func<ArmRun, double> of) =>
            runs.Where(run => run.Arm == arm).Select(of).DefaultIfEmpty(0).Average();

        double Change(Func<ArmRun, double> of) => Mean(to, of) - Mean(from, of);
    }

    private static CategoryAxis Categories(IEnumerable<string> names, AxisPosition position)
    {
        var axis = new CategoryAxis { Position = position, GapWidth = Half };
        axis.Labels.AddRange(names);
        return axis;
    }

    private static LinearAxis Amounts(AxisPosition position) => new()
    {
        Position = position,
        MinimumPadding = 0,
        AbsoluteMinimum = 0,
        Minimum = 0,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = OxyColors.WhiteSmoke,
        MinorTickSize = 0,
        MaximumPadding = 0.05,
        StringFormat = "#,0.####",
    };

    private static string Draw(Axis one, Axis other, params IReadOnlyList<Series> series)
    {
        var model = new PlotModel { PlotAreaBorderThickness = new OxyThickness(0), Background = OxyColors.White };
        if (one.Position == AxisPosition.Left)
        {
            model.PlotMargins = new OxyThickness(RoomForNames, double.NaN, double.NaN, double.NaN);
        }

        model.Axes.Add(one);
        model.Axes.Add(other);
        foreach (var item in series)
        {
            model.Series.Add(item);
        }

        if (series.Any(item => item.Title is not null))
        {
            model.Legends.Add(new Legend
            {
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.BottomCenter,
                LegendOrientation = LegendOrientation.Horizontal,
            });
        }

        return new SvgExporter { Width = Width, Height = Height, IsDocument = false }.ExportToString(model);
    }

    private static double Quantile(double[] sorted, double share) => Percentiles.Of(sorted, share)!.Value;
}
