using DurableMesh.Core.Wire;
using Microsoft.ML.Tokenizers;

namespace DurableMesh.Cli.Distill;

/// <summary>
/// How much a comparator has to read, in tokens of <c>o200k_base</c>: in a thread each message once, as its session goes on; the
/// sequential way the brief, the draft and all earlier verdicts anew in each attempt, as each is a dispatch of its own.
/// </summary>
/// <param name="Attempts">How often the drafts were judged.</param>
/// <param name="Mesh">Tokens in the thread.</param>
/// <param name="Sequential">Tokens the sequential way.</param>
internal sealed record ReadingCost(int Attempts, long Mesh, long Sequential)
{
    private static readonly Lazy<Tokenizer> Tokens = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>Nothing read.</summary>
    public static ReadingCost None { get; } = new(0, 0, 0);

    /// <summary>Counts a thread.</summary>
    /// <param name="messages">All its messages, in order.</param>
    public static ReadingCost Of(IReadOnlyList<MessageView> messages)
    {
        var (attempts, mesh, sequential, brief, verdicts) = (0, 0L, 0L, 0L, 0L);
        foreach (var message in messages)
        {
            var length = Count(message);
            switch (message.Kind)
            {
                case MessageKind.Brief:
                    brief = length;
                    mesh += length;
                    break;
                case MessageKind.Submission:
                    attempts++;
                    mesh += length;
                    sequential += brief + verdicts + length;
                    break;
                case MessageKind.Verdict:
                    verdicts += length;
                    break;
            }
        }

        return new(attempts, mesh, sequential);
    }

    /// <summary>The sum of two.</summary>
    public static ReadingCost operator +(ReadingCost left, ReadingCost right) =>
        new(left.Attempts + right.Attempts, left.Mesh + right.Mesh, left.Sequential + right.Sequential);

    private static long Count(MessageView message) =>
        Tokens.Value.CountTokens(message.Body?.Text ?? "")
        + message.Checks.Sum(check => Tokens.Value.CountTokens($"{check.Id} {check.Title} {check.Detail}"));
}
