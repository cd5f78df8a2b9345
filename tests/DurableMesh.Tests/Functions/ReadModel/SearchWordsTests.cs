using DurableMesh.Functions.ReadModel;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Tests.Functions.ReadModel;

public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("quoted newline", "\"quoted\" \"newline\"")]
    [InlineData("\"quoted newline\" kept", "\"quoted newline\" \"kept\"")]
    [InlineData("newl*", "\"newl\" *")]
    [InlineData("\"quoted newl\"*", "\"quoted newl\" *")]
    [InlineData("AND OR NOT NEAR(a b)", "\"AND\" \"OR\" \"NOT\" \"NEAR(a\" \"b)\"")]
    [InlineData("subject:x ^y a+b {c}", "\"subject:x\" \"^y\" \"a+b\" \"{c}\"")]
    [InlineData("\"never closed", "\" never\" \"closed\"")]
    [InlineData("a\"b\"c -- * ** \"\" \"-\" x", "\"a b c\" \"x\"")]
    [InlineData("über 日本 \U0001d49c", "\"über\" \"日本\" \"\U0001d49c\"")]
    [InlineData("a\0b", "\"a b\"")]
    public void Words_phrases_and_beginnings_are_read_and_all_else_is_literal(string typed, string expected)
    {
        Assert.True(SearchWords.TryParse(typed, out var words, out _));
        Assert.Equal(expected, words.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \t ")]
    [InlineData("- * \"\" ?!")]
    [InlineData("\u200b")]
    public void A_text_without_a_word_is_a_mistake(string typed)
    {
        Assert.False(SearchWords.TryParse(typed, out _, out var mistake));
        Assert.Contains("letters or digits", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_too_long_or_has_too_many_words_is_a_mistake()
    {
        Assert.False(SearchWords.TryParse(new string('a', SearchWords.MaxLength + 1), out _, out _));
        Assert.False(SearchWords.TryParse(string.Join(' ', Enumerable.Repeat("a", SearchWords.MaxWords + 1)), out _, out _));
        Assert.True(SearchWords.TryParse(string.Join(' ', Enumerable.Repeat("a", SearchWords.MaxWords)), out _, out _));
    }

    [Fact]
    public void No_text_is_a_mistake_of_syntax_to_the_index()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "CREATE VIRTUAL TABLE words USING fts5(subject, body, tokenize = \"unicode61 remove_diacritics 2\")";
        command.ExecuteNonQuery();
        command.CommandText = "SELECT count(*) FROM words WHERE words MATCH $words";
        var parameter = command.Parameters.AddWithValue("$words", "");
        const string letters = "ab \"*()^:-+{}'\\%_,.;\0\u0001\u0002é日\ud83d";
        var random = new Random(16);
        for (var n = 0; n < 5_000; n++)
        {
            var typed = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => letters[random.Next(letters.Length)]));
            if (!SearchWords.TryParse(typed, out var words, out _))
            {
                continue;
            }

            foreach (var expression in new[] { words.All, words.AnyInBody })
            {
                parameter.Value = expression;
                Assert.Equal(0L, command.ExecuteScalar());
            }
        }
    }
}
