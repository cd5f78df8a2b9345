using System.Globalization;
using System.Text;
using DurableMesh.Core.Distillation;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Cli.Distill;

/// <summary>
/// Finds the entries of a baseline that are most like a draft: by BM25 over an index in memory (SQLite's FTS5, with its English
/// stemmer). May be asked on any thread.
/// </summary>
internal sealed class BaselineIndex : IDisposable
{
    private const int MaxTerms = 200;

    private readonly Dictionary<string, QuestionAnswer> _entries;
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Lock _gate = new();

    /// <summary>Indexes a baseline.</summary>
    public BaselineIndex(IReadOnlyList<QuestionAnswer> baseline)
    {
        _entries = baseline.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        _connection.Open();
        using var table = _connection.CreateCommand();
        table.CommandText =
            "CREATE VIRTUAL TABLE baseline USING fts5(id UNINDEXED, question, answer, tokenize = 'porter unicode61')";
        table.ExecuteNonQuery();
        using var transaction = _connection.BeginTransaction();
        using var insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO baseline VALUES ($id, $question, $answer)";
        foreach (var entry in baseline)
        {
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$id", entry.Id);
            insert.Parameters.AddWithValue("$question", entry.Question);
            insert.Parameters.AddWithValue("$answer", entry.Answer);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>The entries that are most like a draft, best first.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<QuestionAnswer> Nearest(QuestionAnswer draft, int limit)
    {
        var terms = TermsOf($"{draft.Question} {draft.Answer}");
        if (terms.Length == 0)
        {
            return [];
        }

        lock (_gate)
        {
            using var query = _connection.CreateCommand();
            query.CommandText =
                "SELECT id FROM baseline WHERE baseline MATCH $terms ORDER BY bm25(baseline, 0, 2.0, 1.0) LIMIT $limit";
            query.Parameters.AddWithValue("$terms", terms);
            query.Parameters.AddWithValue("$limit", limit);
            using var rows = query.ExecuteReader();
            var found = new List<QuestionAnswer>();
            while (rows.Read())
            {
                found.Add(_entries[rows.GetString(0)]);
            }

            return found;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>Any of a text's words, each in quotes: a text is no query of its own.</summary>
    private static string TermsOf(string text)
    {
        var terms = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Append(new Rune(' ')))
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark)
            {
                word.Append(rune.ToString());
            }
            else if (word.Length > 0)
            {
                terms.Add(word.ToString());
                word.Clear();
            }
        }

        return string.Join(" OR ", terms.Take(MaxTerms).Select(term => $"\"{term}\""));
    }
}
