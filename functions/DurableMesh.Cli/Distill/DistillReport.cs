using System.Globalization;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Cli.Distill;

/// <summary>What became of all drafts, and what it took.</summary>
internal sealed record DistillReport
{
    /// <summary>How many there were.</summary>
    public required int Drafts { get; init; }

    /// <summary>How many were kept as they were.</summary>
    public required int Passed { get; init; }

    /// <summary>How many were kept once they were mended.</summary>
    public required int Mended { get; init; }

    /// <summary>How many are of no use.</summary>
    public required int Dropped { get; init; }

    /// <summary>How many did not pass within the limits.</summary>
    public required int Stopped { get; init; }

    /// <summary>How often each reason was given; a draft counts once for each of its reasons.</summary>
    public required IReadOnlyDictionary<string, int> Reasons { get; init; }

    /// <summary>How many threads it took.</summary>
    public required int Threads { get; init; }

    /// <summary>What both parties say that it cost, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>The tokens that both parties say they used.</summary>
    public required long Tokens { get; init; }

    /// <summary>What the comparator had to read, in the threads and the sequential way.</summary>
    public required ReadingCost Reading { get; init; }

    /// <summary>From the first thread's start to the last one's end, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>What is not kept, or was mended, and why.</summary>
    public required IReadOnlyList<DistilledDraft> NotAsTheyWere { get; init; }

    /// <summary>Adds up.</summary>
    /// <param name="batches">All threads.</param>
    /// <param name="took">How long it took.</param>
    public static DistillReport Of(IReadOnlyList<DistilledBatch> batches, TimeSpan took)
    {
        var drafts = batches.SelectMany(batch => batch.Drafts).ToList();
        int Count(DraftEnd end) => drafts.Count(draft => draft.End == end);
        return new DistillReport
        {
            Drafts = drafts.Count,
            Passed = Count(DraftEnd.Passed),
            Mended = Count(DraftEnd.Mended),
            Dropped = Count(DraftEnd.Dropped),
            Stopped = Count(DraftEnd.Stopped),
            Reasons = drafts.SelectMany(draft => draft.Codes).CountBy(code => code).OrderByDescending(pair => pair.Value)
                .ToDictionary(),
            Threads = batches.Count,
            CostUsd = batches.Sum(batch => batch.Thread.Usage.CostUsd),
            Tokens = batches.Sum(batch => batch.Thread.Usage.InputTokens + batch.Thread.Usage.OutputTokens),
            Reading = batches.Aggregate(ReadingCost.None, (sum, batch) => sum + batch.Reading),
            Seconds = Math.Round(took.TotalSeconds, 3),
            NotAsTheyWere = [.. drafts.Where(draft => draft.End != DraftEnd.Passed)],
        };
    }

    /// <summary>Prints it for people.</summary>
    public void WriteTo(Terminal terminal)
    {
        if (NotAsTheyWere.Count > 0)
        {
            var listing = new Listing("draft", "end", "thread", "why") { Spare = ["thread"] };
            foreach (var draft in NotAsTheyWere)
            {
                listing.Add(draft.Id, draft.End.ToString().ToLowerInvariant(), draft.ThreadId, draft.Why ?? "");
            }

            listing.WriteTo(terminal.Out);
            terminal.Say("");
        }

        terminal.Out.Write(Listing.Properties(Rows()));
    }

    private IEnumerable<(string Name, string Value)> Rows()
    {
        static string Row(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

        yield return ("drafts", Row($"{Drafts:N0} in {Threads:N0} threads, {Seconds:N1} s"));
        yield return ("kept", Row($"{Passed:N0} as they were, {Mended:N0} mended"));
        yield return ("not kept", Row($"{Dropped:N0} dropped, {Stopped:N0} stopped"));
        foreach (var (code, count) in Reasons)
        {
            yield return ("", Row($"{count:N0} {code}"));
        }

        yield return ("cost", Row($"${CostUsd:#,0.00##}, {Tokens:N0} tokens, as the agents say"));
        yield return ("to read", Row($"{Reading.Mesh:N0} tokens of o200k_base in {Reading.Attempts:N0} judgements"));
        yield return ("", Row($"{Reading.Sequential:N0} the sequential way: each judgement a dispatch that reads all anew"));
    }
}
