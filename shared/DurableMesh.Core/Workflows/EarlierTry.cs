using System.Text;
using System.Text.Json.Serialization;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>A try that came before, as the log of a run keeps it: by the hash of the work, not the work itself.</summary>
/// <param name="Attempt">Which try.</param>
/// <param name="ThreadId">Its thread.</param>
/// <param name="EndState">How it ended.</param>
/// <param name="Reason">Why.</param>
/// <param name="Head">The head of its evidence.</param>
/// <param name="Submission">SHA-256 of the body that was submitted; null where none was.</param>
/// <param name="Failed">The ids of the checks that did not pass.</param>
/// <param name="Artifacts">What was made; those that were uploaded are the next thread's too.</param>
public sealed record EarlierTry(
    int Attempt,
    string ThreadId,
    EndState EndState,
    EndReason Reason,
    string? Head,
    string? Submission,
    IReadOnlyList<string> Failed,
    IReadOnlyList<Artifact> Artifacts);

/// <summary>What was submitted in a try and how it was judged: of its thread's messages.</summary>
/// <param name="Submission">The last submission; null where there is none.</param>
/// <param name="Verdict">The last verdict; null where there is none.</param>
/// <param name="Failed">
/// The checks that did not pass, by id: those of the verdict, and of findings where the verdict does not name them.
/// </param>
public sealed record TriedWork(Message? Submission, Message? Verdict, IReadOnlyList<Check> Failed)
{
    /// <summary>Reads it out of a thread.</summary>
    /// <param name="messages">The thread's messages, in their order.</param>
    public static TriedWork Of(IEnumerable<Message> messages)
    {
        Message? submission = null;
        Message? verdict = null;
        var checks = new List<Check>();
        foreach (var message in messages)
        {
            (submission, verdict) = message.Kind switch
            {
                MessageKind.Submission => (message, null),
                MessageKind.Verdict => (submission, message),
                _ => (submission, verdict),
            };
            if (message.Kind == MessageKind.Submission)
            {
                checks.Clear();
            }
            else if (message.Kind is MessageKind.Finding or MessageKind.Verdict)
            {
                checks.RemoveAll(known => message.Checks.Any(check => check.Id == known.Id));
                checks.AddRange(message.Checks);
            }
        }

        return new TriedWork(submission, verdict, [.. checks.Where(check => check.Status != CheckStatus.Pass)]);
    }
}

/// <summary>A try that came before, as the next one's brief tells of it: the work and the checks that it failed.</summary>
public sealed record EarlierWork
{
    /// <summary>How much of all earlier tries goes into a brief, in bytes of UTF-8; the newest go first.</summary>
    public const int MostBytes = 200_000;

    /// <summary>Which try.</summary>
    public required int Attempt { get; init; }

    /// <summary>Its thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>How it ended.</summary>
    public required EndState EndState { get; init; }

    /// <summary>Why.</summary>
    public required EndReason Reason { get; init; }

    /// <summary>The checks that did not pass.</summary>
    public required IReadOnlyList<Check> Failed { get; init; }

    /// <summary>The body that was submitted; its beginning as a text where <see cref="Cut"/> says so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Submitted { get; init; }

    /// <summary>The verdict's words; their beginning as a text where <see cref="Cut"/> says so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Verdict { get; init; }

    /// <summary>What was made.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>Says what is left out and where it is; null where everything is there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cut { get; init; }

    /// <summary>All earlier tries, within <see cref="MostBytes"/>: what is too much is cut, of the oldest first.</summary>
    /// <param name="tries">The tries, the oldest first.</param>
    public static IReadOnlyList<EarlierWork> Of(IReadOnlyList<EarlierParts> tries)
    {
        var left = MostBytes;
        var works = new List<EarlierWork>();
        foreach (var one in tries.Reverse())
        {
            var failed = one.Failed.TakeWhile(check => (left -= SizeOf(check)) >= 0).ToList();
            left = Math.Max(left, 0);
            var verdict = Take(one.Verdict, ref left);
            var submitted = Take(one.Submitted, ref left);
            var whole = failed.Count == one.Failed.Count && verdict == one.Verdict && submitted == one.Submitted;
            works.Add(new EarlierWork
            {
                Attempt = one.Try.Attempt,
                ThreadId = one.Try.ThreadId,
                EndState = one.Try.EndState,
                Reason = one.Try.Reason,
                Failed = failed,
                Submitted = submitted,
                Verdict = verdict,
                Artifacts = one.Try.Artifacts,
                Cut = whole ? null : $"This is not all of it: {MostBytes} bytes of earlier tries go into a brief. "
                    + $"All of it is in thread {one.Try.ThreadId}.",
            });
        }

        works.Reverse();
        return works;
    }

    private static int SizeOf(Check check) => 100 + Encoding.UTF8.GetByteCount(
        string.Concat(check.Id, check.Title, check.Detail, check.Location));

    private static JsonText? Take(JsonText? body, ref int left)
    {
        if (body is null)
        {
            return null;
        }

        var size = body.Size;
        if (size <= left)
        {
            left -= size;
            return body;
        }

        var cut = Beginning(body.ToDisplayText(), left);
        left = 0;
        return cut.Length == 0 ? null : JsonText.OfString(cut);
    }

    /// <summary>The beginning of a text in at most so many bytes, without half of a character.</summary>
    private static string Beginning(string text, int bytes)
    {
        var (length, used) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > bytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}

/// <summary>An earlier try with the words of its thread.</summary>
/// <param name="Try">The try.</param>
/// <param name="Submitted">The body that was submitted.</param>
/// <param name="Verdict">The verdict's body.</param>
/// <param name="Failed">The checks that did not pass.</param>
public sealed record EarlierParts(EarlierTry Try, JsonText? Submitted, JsonText? Verdict, IReadOnlyList<Check> Failed);
