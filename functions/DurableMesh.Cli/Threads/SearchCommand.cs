using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh search</c>: threads by their words, newest first.</summary>
internal static class SearchCommand
{
    private static readonly Argument<string[]> Words = new("WORDS")
    {
        Description = "All of them must be in one message or its thread's subject. \"A phrase\" in quotes, a beginning* with a "
            + "star.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many threads.", HelpName = "N" };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Go on where an earlier search stopped (its nextCursor).",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("search", "Find threads by the words of subjects, briefs and messages, newest first.")
        {
            Words,
            Limit,
            Cursor,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListThreadsAsync(
                [
                    ("q", string.Join(' ', parsed.GetValue(Words)!.Select(AsTyped))),
                    ("limit", parsed.GetValue(Limit)?.ToString(CultureInfo.InvariantCulture)),
                    ("cursor", parsed.GetValue(Cursor)),
                ],
                cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.ThreadsPage);
                return ExitCode.Done;
            }

            foreach (var (thread, hit) in page.Threads.Zip(page.Hits ?? []))
            {
                Describe(thread, hit, terminal.Out);
            }

            if (page.Threads.Count == 0 && page.NextCursor is null)
            {
                terminal.Hint("No thread has all of these words.");
            }

            if (page.Behind)
            {
                terminal.Hint("The search is behind the store: what came last may be missing. Ask again in a moment.");
            }

            Listing.SayMore(page.NextCursor, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The shell takes a phrase's quotes away.</summary>
    private static string AsTyped(string word) =>
        word.Any(char.IsWhiteSpace) && !word.Contains('"', StringComparison.Ordinal) ? $"\"{word}\"" : word;

    private static void Describe(ThreadView thread, ThreadHit hit, IAnsiConsole console)
    {
        console.Write(Line(hit.Subject is { Count: > 0 } ? hit.Subject : [new TextPart(thread.Subject)], indent: ""));
        console.MarkupLineInterpolated(
            $"  [grey]thread {thread.ThreadId} · {ThreadWords.StateOf(thread)} · {thread.CreatedAt:yyyy-MM-dd HH:mm}Z[/]");
        foreach (var message in hit.Messages)
        {
            console.Write(Line(
                [new TextPart($"{message.Sequence} {message.From} » {ThreadWords.Of(message.Kind)}: "), .. message.Text], "  "));
        }
    }

    private static Paragraph Line(IEnumerable<TextPart> parts, string indent)
    {
        var line = new Paragraph(indent);
        foreach (var part in parts)
        {
            line.Append(part.Text.ReplaceLineEndings(" "), part.Found ? new Style(decoration: Decoration.Bold) : Style.Plain);
        }

        return line.Append(Environment.NewLine);
    }
}
