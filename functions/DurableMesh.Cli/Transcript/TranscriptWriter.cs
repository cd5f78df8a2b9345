using System.Globalization;
using DurableMesh.Core.Wire;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DurableMesh.Cli.Transcript;

/// <summary>Writes a dialogue down for people, message by message, as it happens.</summary>
internal sealed class TranscriptWriter(IAnsiConsole console, ThreadView thread)
{
    private readonly int _nameWidth = Math.Max(thread.Initiator.Length, thread.Responder.Length);
    private int? _round;

    /// <summary>Says which thread this is.</summary>
    public void WriteOpening()
    {
        _round = 0;
        console.MarkupLine($"[bold]{Plain(thread.Subject)}[/]");
        console.MarkupLine(
            $"[grey]thread {Plain(thread.ThreadId)} · {ThreadWords.Of(thread.Pattern)} · task {Plain(thread.McTask)} · " +
            $"until {thread.Deadline:HH:mm:ss}Z · " +
            $"at most {thread.Limits.MaxTurns} turns and {Money(thread.Limits.CostCapUsd)}[/]");
    }

    /// <summary>Writes one message.</summary>
    public void Write(MessageView message)
    {
        // Only who has seen the thread from its opening on can count its rounds.
        if (message.Kind == MessageKind.Submission && _round is not null)
        {
            console.WriteLine();
            console.MarkupLine($"[grey]── round {++_round} {new string('─', 60)}[/]");
        }

        var row = new Grid { Expand = false };
        foreach (var width in (int[])[3, 8, _nameWidth, 12])
        {
            row.AddColumn(new GridColumn { Width = width, NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        row.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        row.AddRow(
            Right(message.Sequence.ToString(CultureInfo.InvariantCulture)),
            Right(Elapsed(message.AcceptedAt - thread.CreatedAt)),
            new Markup($"[{Colour(message.From)}]{Plain(message.From)}[/]"),
            new Markup(KindMark(message)),
            new Markup(Content(message)));
        console.Write(row);
    }

    /// <summary>Says how the thread ended, and where the evidence is.</summary>
    public void WriteEnd(ThreadView ended)
    {
        var colour = ended.EndState switch
        {
            EndState.Pass or EndState.Answered => "green",
            EndState.Partial => "yellow",
            _ => "red",
        };
        var time = (ended.EndedAt ?? ended.CreatedAt) - ended.CreatedAt;
        console.WriteLine();
        console.MarkupLine(
            $"[bold {colour}]{ThreadWords.Of(ended.EndState)}[/] [{colour}]{ThreadWords.Of(ended.Reason)}[/]  " +
            $"{ended.Checks.Passed} of {ended.Checks.Required} criteria · {Count(ended.Round, "round")} · " +
            $"{Count(ended.Turns, "turn")} · {Count(ended.Findings, "finding")} · " +
            $"{Money(ended.Usage.CostUsd)} · {Elapsed(time)}");
        if (ended.Detail is { Length: > 0 } detail)
        {
            console.MarkupLine($"[grey]{Plain(detail)}[/]");
        }

        console.MarkupLine($"[grey]evidence {Plain(ended.Evidence.Path)}[/]");
    }

    private static string Content(MessageView message)
    {
        var lines = new List<string>();
        var about = message.Checks is [var only] && message.Kind == MessageKind.Finding
            ? $"[bold]{Plain(only.Id)}[/] {(only.Location is { } place ? $"[grey]{Plain(place)}[/] " : "")}"
            : "";
        lines.AddRange($"{about}{Plain(MessageWords.Of(message))}".Split('\n'));
        if (message.Kind == MessageKind.Brief)
        {
            lines.AddRange(message.Checks.Select(Criterion));
        }
        else if (message.Checks.Count > 1 || (message.Kind != MessageKind.Finding && message.Checks.Count == 1))
        {
            lines.Add(string.Join("  ", message.Checks.Select(CheckMark)));
        }

        if (message.Artifacts.Count > 0 && message.Kind == MessageKind.Submission)
        {
            var bytes = message.Artifacts.Sum(artifact => artifact.Size ?? 0);
            lines.Add($"[grey]{Count(message.Artifacts.Count, "artifact")}, {bytes:N0} bytes[/]");
        }

        if (message.Usage?.CostUsd is > 0)
        {
            lines.Add($"[grey]{Money(message.Usage.CostUsd.Value)}[/]");
        }

        if (message.HandsOver())
        {
            lines[^1] += $"  [grey]→ {Plain(message.To)}[/]";
        }

        return string.Join('\n', lines);
    }

    private static string KindMark(MessageView message) => (message.Kind, message.Verdict) switch
    {
        (MessageKind.Verdict, Verdict.Pass) => "[bold green]✓ verdict[/]",
        (MessageKind.Verdict, Verdict.Partial) => "[bold yellow]~ verdict[/]",
        (MessageKind.Verdict, _) => "[bold red]✗ verdict[/]",
        (MessageKind.Finding, _) => "[yellow]! finding[/]",
        (MessageKind.Note, _) => "[grey]· note[/]",
        (MessageKind.Failure, _) => "[bold red]✗ failure[/]",
        (MessageKind.Question, _) => "? question",
        _ when message.Plumbing => "[grey]» answer, plumbing[/]",
        (var kind, _) => $"[bold]» {ThreadWords.Of(kind)}[/]",
    };

    private static string Criterion(Check check) =>
        $"[grey]○[/] {Plain(check.Id)} {Plain(check.Title ?? "")}{(check.Required == false ? " [grey](optional)[/]" : "")}";

    private static string CheckMark(Check check) => check.Status switch
    {
        CheckStatus.Pass => $"[green]✓ {Plain(check.Id)}[/]",
        CheckStatus.Fail => $"[red]✗ {Plain(check.Id)}[/]",
        _ => $"[grey]- {Plain(check.Id)}[/]",
    };

    private string Colour(string agent) => agent == thread.Initiator ? "deepskyblue1" : "orchid";

    private static Markup Right(string text) => new($"[grey]{text}[/]", Style.Plain) { Justification = Justify.Right };

    private static string Plain(string text) => Markup.Escape(Printable(text));

    // Text from an agent must not steer the terminal.
    private static string Printable(string text) => text.Any(c => char.IsControl(c) && c != '\n')
        ? string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? '·' : c))
        : text;

    private static string Elapsed(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00} min");

    private static string Money(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:0.00##}");

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
