namespace DurableMesh.Core.Distillation;

/// <summary>
/// A question with its answer: a draft that is to be kept, or an entry of the baseline that drafts are held against.
/// </summary>
/// <param name="Id">Tells it from the others of its file: one line, at most <see cref="MaxIdLength"/> characters.</param>
/// <param name="Question">The question, at most <see cref="MaxTextLength"/> characters.</param>
/// <param name="Answer">The answer, at most <see cref="MaxTextLength"/> characters.</param>
public sealed record QuestionAnswer(string Id, string Question, string Answer)
{
    /// <summary>The longest id, in UTF-16 units.</summary>
    public const int MaxIdLength = 100;

    /// <summary>The longest question or answer, in UTF-16 units.</summary>
    public const int MaxTextLength = 20_000;
}
