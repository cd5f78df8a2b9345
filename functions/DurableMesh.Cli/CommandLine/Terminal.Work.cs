using Spectre.Console;
using Spectre.Console.Rendering;

namespace DurableMesh.Cli.CommandLine;

/// <content>
/// How far long work is: a bar where a person sees it at once, else a line every few seconds; both on standard error.
/// </content>
internal sealed partial class Terminal
{
    /// <summary>How long work takes before anything is shown of it.</summary>
    private static readonly TimeSpan Unseen = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    private const int BarWidth = 20;

    private int _bars;

    /// <summary>The clock of long work.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether standard error can show a bar that moves.</summary>
    private bool HasBar => ErrorIsTerminal && Note.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Does work that may take long, and shows how far it is.</summary>
    /// <param name="name">What is done, in a few words.</param>
    /// <param name="work">Does it.</param>
    /// <param name="unit">What is counted, for instance <c>runs</c>; null where nothing is.</param>
    /// <param name="total">How many there are; null where that is not known.</param>
    public async Task<T> WorkAsync<T>(string name, Func<LongWork, Task<T>> work, string? unit = null, long? total = null)
    {
        var progress = new LongWork(Time, unit, total);
        var doing = work(progress);
        await Task.WhenAny(doing, Task.Delay(Unseen, Time));
        if (!doing.IsCompleted)
        {
            // One bar at a time: what is done inside of other work says so in lines.
            if (HasBar && Interlocked.CompareExchange(ref _bars, 1, 0) == 0)
            {
                await ShowBarAsync(name, progress, doing);
            }
            else
            {
                await SayLinesAsync(name, progress, doing);
            }
        }

        return await doing;
    }

    /// <summary>Does work that may take long, and shows how far it is.</summary>
    /// <param name="name">What is done, in a few words.</param>
    /// <param name="work">Does it.</param>
    /// <param name="unit">What is counted; null where nothing is.</param>
    /// <param name="total">How many there are; null where that is not known.</param>
    public Task WorkAsync(string name, Func<LongWork, Task> work, string? unit = null, long? total = null) => WorkAsync(
        name,
        async progress =>
        {
            await work(progress);
            return true;
        },
        unit,
        total);

    private async Task SayLinesAsync(string name, LongWork progress, Task doing)
    {
        using var lines = Time.CreateTimer(
            _ => Pass($"mesh: {name}: {progress.Words()}"), null, BetweenLines - Unseen, BetweenLines);
        await doing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ShowBarAsync(string name, LongWork progress, Task doing)
    {
        try
        {
            await Note.Progress().AutoClear(true).Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = BarWidth },
                new WordsColumn(progress)).StartAsync(async bars =>
            {
                var bar = bars.AddTask(Markup.Escape(name), maxValue: progress.Total ?? 1);
                bar.IsIndeterminate = progress.Total is null;
                await doing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            });
        }
        finally
        {
            Volatile.Write(ref _bars, 0);
        }
    }

    /// <summary>A line where the bar stood: the bar moves below it, and leaves nothing of itself behind.</summary>
    private sealed class LineAboveBar(string line) : Renderable
    {
        private const string EraseToEnd = "\u001b[0J";

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        [
            Segment.Control(EraseToEnd), .. ((IRenderable)new Text(line)).Render(options, maxWidth), Segment.LineBreak,
        ];
    }

    /// <summary>The words beside the bar, which moves with them.</summary>
    private sealed class WordsColumn(LongWork progress) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            if (progress.Total is { } all)
            {
                (task.IsIndeterminate, task.MaxValue, task.Value) = (false, all, progress.Done);
            }

            return new Text(progress.Words(), new Style(Color.Grey)).Overflow(Overflow.Ellipsis);
        }
    }
}
