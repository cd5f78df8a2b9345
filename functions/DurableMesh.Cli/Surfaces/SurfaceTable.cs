using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Surfaces;
using Spectre.Console;

namespace DurableMesh.Cli.Surfaces;

/// <summary>Persistent agents and schedules for people and for spreadsheets.</summary>
internal static class SurfaceTable
{
    private const string Instant = "yyyy-MM-dd HH:mm:ss'Z'";

    /// <summary>Writes one of them.</summary>
    public static void Write(SurfaceView surface, IAnsiConsole console)
    {
        console.Write(Listing.Properties(Describe(surface)));
        var runs = surface.Queue.Concat(surface.Runs).ToList();
        if (runs.Count == 0)
        {
            return;
        }

        var listing = new Listing("run", "state", "due", "cost", "task") { Numbers = ["cost"], Spare = ["due"] };
        foreach (var run in runs)
        {
            listing.Add(
                run.RunId,
                run.Result is { } result
                    ? $"{ThreadWords.Of(result.EndState)} {ThreadWords.Of(result.Reason)}"
                    : ThreadWords.Of(run.Phase),
                Time(run.FireAt ?? run.QueuedAt),
                Usd(run.Result?.CostUsd ?? 0),
                run.Task?.Subject ?? run.Result?.Detail ?? "");
        }

        listing.WriteTo(console);
    }

    /// <summary>Writes several.</summary>
    public static void WriteList(IReadOnlyList<SurfaceView> surfaces, IAnsiConsole console)
    {
        var listing = new Listing("name", "state", "runs", "cost", "next", "cron")
        {
            Numbers = ["runs", "cost"],
            Spare = ["cost"],
        };
        foreach (var one in surfaces)
        {
            listing.Add(
                one.Name,
                StateOf(one),
                one.Begun.ToString(CultureInfo.InvariantCulture),
                Usd(one.CostUsd),
                one.Next is [var next, ..] ? Time(next) : "-",
                one.Schedule is { } schedule ? $"{schedule.Cron} {schedule.TimeZone}" : "");
        }

        listing.WriteTo(console);
    }

    /// <summary>Writes several as CSV.</summary>
    public static void WriteCsv(IReadOnlyList<SurfaceView> surfaces, Terminal terminal)
    {
        var csv = new CsvRows(
            terminal, "name", "state", "endState", "reason", "cron", "timeZone", "missed", "begun", "leftOut", "costUsd", "next");
        foreach (var one in surfaces)
        {
            csv.Add(
                one.Name,
                one.State,
                one.EndState,
                one.Reason,
                one.Schedule?.Cron,
                one.Schedule?.TimeZone,
                one.Schedule?.Missed,
                one.Begun,
                one.LeftOut,
                one.CostUsd,
                one.Next is [var next, ..] ? next : null);
        }
    }

    private static IEnumerable<(string Name, string Value)> Describe(SurfaceView surface)
    {
        yield return (surface.Kind == SurfaceKind.Cron ? "schedule" : "agent", surface.Name);
        yield return ("state", StateOf(surface) + (surface.Detail is { Length: > 0 } detail ? $": {detail}" : ""));
        if (surface.Agent is { } agent)
        {
            yield return ("pair", $"{agent.Builder} → {agent.Verifier}");
        }

        if (surface.Schedule is { } schedule)
        {
            yield return ("cron", $"{schedule.Cron}, {schedule.TimeZone}, missed: {ThreadWords.Of(schedule.Missed)}");
            yield return ("workflow", schedule.Workflow.Name);
        }

        var runs = string.Create(CultureInfo.InvariantCulture, $"{surface.Begun:N0} of {surface.Limits.Runs:N0}");
        yield return ("runs", surface.LeftOut > 0 ? $"{runs}, {surface.LeftOut} missed fires left out" : runs);
        yield return ("cost", $"{Usd(surface.CostUsd)} of {Usd(surface.Limits.CostCapUsd)}");
        yield return ("until", Time(surface.EndedAt ?? surface.Deadline));
        foreach (var (at, n) in surface.Next.Select((at, n) => (at, n)))
        {
            yield return (n == 0 ? "next" : "", Time(at));
        }

        foreach (var (line, n) in surface.Context.Select((line, n) => (line, n)))
        {
            yield return (n == 0 ? "context" : "", line);
        }
    }

    private static string StateOf(SurfaceView surface) => surface.EndState is { } end
        ? $"{ThreadWords.Of(end)} {ThreadWords.Of(surface.Reason)}"
        : surface.Reason is { } reason ? $"{ThreadWords.Of(surface.State)} ({ThreadWords.Of(reason)})"
        : ThreadWords.Of(surface.State);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(Instant, CultureInfo.InvariantCulture);

    private static string Usd(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:0.00##}");
}
