namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>What the model answers.</summary>
internal sealed record ModelAnswer
{
    /// <summary>Its words; may be empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>The tools that it calls.</summary>
    public IReadOnlyList<ModelCall> Calls { get; init; } = [];

    /// <summary>What goes wrong on the way; null for nothing.</summary>
    public ModelFault? Fault { get; init; }

    /// <summary>The length of the answer in tokens.</summary>
    public long Tokens => Math.Max(1, PromptCache.Tokens(Text.Length + Calls.Sum(call => call.Arguments.ToJsonString().Length)));

    /// <summary>Words.</summary>
    public static ModelAnswer Say(string text) => new() { Text = text };

    /// <summary>Calls of tools.</summary>
    public static ModelAnswer Call(params IReadOnlyList<ModelCall> calls) => new() { Calls = calls };

    /// <summary>An error in the place of an answer.</summary>
    /// <param name="status">The HTTP status, for instance 401, 429, 500 or 529.</param>
    /// <param name="retryAfter">When to try again, as the header says it.</param>
    public static ModelAnswer Refuse(int status, TimeSpan? retryAfter = null) =>
        new() { Fault = new ModelFault { Status = status, RetryAfter = retryAfter } };

    /// <summary>The same answer, with a fault on the way.</summary>
    public ModelAnswer With(ModelFault fault) => this with { Fault = fault };

    /// <summary>The words as a stream brings them; without end where the fault says so.</summary>
    public IEnumerable<string> Pieces()
    {
        const int Length = 24;
        do
        {
            for (var start = 0; start < Text.Length;)
            {
                var end = Math.Min(start + Length, Text.Length);
                end += end < Text.Length && char.IsHighSurrogate(Text[end - 1]) ? 1 : 0;
                yield return Text[start..end];
                start = end;
            }
        }
        while (Fault?.IsEndless == true && Text.Length > 0);
    }
}

/// <summary>What goes wrong with an answer.</summary>
internal sealed record ModelFault
{
    /// <summary>An HTTP status in the place of the answer.</summary>
    public int? Status { get; init; }

    /// <summary>What the header <c>Retry-After</c> says, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How long it takes until the first byte comes.</summary>
    public TimeSpan FirstByteAfter { get; init; }

    /// <summary>How long it takes from one piece to the next.</summary>
    public TimeSpan Drip { get; init; }

    /// <summary>After as many pieces the connection breaks.</summary>
    public int? BreakAfter { get; init; }

    /// <summary>What comes is no JSON.</summary>
    public bool IsBadJson { get; init; }

    /// <summary>The text is said again and again, until the other side hangs up.</summary>
    public bool IsEndless { get; init; }
}

/// <summary>Tokens of one or more exchanges.</summary>
/// <param name="Uncached">Input that was neither in the cache nor written into it.</param>
/// <param name="Cached">Input that was in the cache.</param>
/// <param name="Written">Input that was written into the cache.</param>
/// <param name="Output">Output.</param>
internal sealed record ModelTokens(long Uncached, long Cached, long Written, long Output)
{
    /// <summary>None.</summary>
    public static ModelTokens None { get; } = new(0, 0, 0, 0);

    /// <summary>All of the input.</summary>
    public long Input => Uncached + Cached + Written;

    /// <summary>The input that was new to the model: paid for in full.</summary>
    public long New => Uncached + Written;

    /// <summary>The sum of two.</summary>
    public static ModelTokens operator +(ModelTokens left, ModelTokens right) => new(
        left.Uncached + right.Uncached, left.Cached + right.Cached, left.Written + right.Written, left.Output + right.Output);
}

/// <summary>One request and what became of it.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Request">The request.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Tokens">What it came to; none where it was refused.</param>
/// <param name="Key">The key that it brought; null for none.</param>
/// <param name="IdempotencyKey">What it said to be a repetition of; null for nothing.</param>
internal sealed record ModelExchange(
    int Number, ModelRequest Request, ModelAnswer Answer, ModelTokens Tokens, string? Key, string? IdempotencyKey);
