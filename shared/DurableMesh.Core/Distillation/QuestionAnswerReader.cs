using System.Globalization;
using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Distillation;

/// <summary>
/// Reads questions with answers, one JSON object a line (JSON Lines): <c>{"id": …, "question": …, "answer": …}</c>. Strict:
/// all that is wrong is said at once, with its line.
/// </summary>
public static class QuestionAnswerReader
{
    /// <summary>Reads a file, or lists what is wrong with it.</summary>
    /// <param name="text">The file's content.</param>
    public static ReadResult<IReadOnlyList<QuestionAnswer>> ReadLines(string text)
    {
        var (read, errors) = (new List<QuestionAnswer>(), new InputErrors());
        var lineOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            var path = string.Create(CultureInfo.InvariantCulture, $"line {number}");
            var one = Read(Encoding.UTF8.GetBytes(line.ToString()));
            foreach (var error in one.Errors)
            {
                errors.Add(error.Path == "$" ? path : $"{path}, {error.Path}", error.Code, error.Message);
            }

            if (one.Value is { } pair && !lineOf.TryAdd(pair.Id, number))
            {
                errors.Add($"{path}, id", InputError.DuplicateId, $"'{pair.Id}' stands in line {lineOf[pair.Id]} already.");
            }
            else if (one.Value is not null)
            {
                read.Add(one.Value);
            }

            if (errors.IsFull)
            {
                break;
            }
        }

        return new(errors.Any ? null : read, errors.All);
    }

    /// <summary>Reads one, or lists what is wrong with it.</summary>
    /// <param name="utf8">A JSON object.</param>
    public static ReadResult<QuestionAnswer> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, Read);

    /// <summary>Reads the fields of one.</summary>
    internal static QuestionAnswer? Read(ObjectReader input)
    {
        var id = input.Id("id", QuestionAnswer.MaxIdLength);
        var question = input.Words("question", QuestionAnswer.MaxTextLength, required: true);
        var answer = input.Words("answer", QuestionAnswer.MaxTextLength, required: true);
        return id is null || question is null || answer is null ? null : new QuestionAnswer(id, question, answer);
    }
}
