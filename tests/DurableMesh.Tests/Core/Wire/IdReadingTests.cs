using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

/// <summary>Ids that a reader takes for each other are not told apart by a program either.</summary>
public sealed class IdReadingTests
{
    [Theory]
    [InlineData("AC-1 ")]
    [InlineData("\u00A0AC-1")]
    [InlineData("A\uFE0FC-1")]
    [InlineData("AC-1\uFF11")]
    [InlineData("\U0001D400C-1")]
    [InlineData("e\u0301")]
    public void A_criterions_id_is_plain(string id) => Assert.Equal(
        [("brief.acceptance[0].id", "invalid_value")],
        Errors($$"""[{"id":{{JsonSerializer.Serialize(id)}},"title":"t"}]"""));

    [Theory]
    [InlineData("AC\u200B-1")]
    [InlineData("AC\u00AD-1")]
    [InlineData("\u202EAC-1")]
    public void Nor_does_it_hide_anything(string id) => Assert.Equal(
        [("brief.acceptance[0].id", "control_character")],
        Errors($$"""[{"id":{{JsonSerializer.Serialize(id)}},"title":"t"}]"""));

    [Theory]
    [InlineData("AC-1", "ac-1")]
    [InlineData("AC 1", "AC1")]
    [InlineData("\u00C9-1", "\u00E9-1")]
    public void Two_criteria_do_not_look_the_same(string one, string other) => Assert.Equal(
        [("brief.acceptance[1].id", "duplicate_id")],
        Errors($$"""[{"id":"{{one}}","title":"t"},{"id":"{{other}}","title":"t"}]"""));

    [Theory]
    [InlineData("AC-1 ")]
    [InlineData("AC\uFE0F-1")]
    [InlineData("ac-1")]
    public void Nor_do_two_checks(string other)
    {
        var json = $$"""
            {"messageId":"v","from":"a","kind":"verdict","verdict":"pass","checks":[
              {"id":"AC-1","status":"pass","detail":"seen"},{"id":{{JsonSerializer.Serialize(other)}},"status":"fail"}]}
            """;
        var read = RequestReader.ReadSendMessage(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Equal([("checks[1].id", "duplicate_id")], read.Errors.Select(error => (error.Path, error.Code)));
    }

    [Theory]
    [InlineData("AC-1")]
    [InlineData("krav \u00E9 1")]
    [InlineData("\u0915\u094D\u0937-1")]
    [InlineData("\u8981\u4EF6 1")]
    public void Ids_of_any_script_are_ids(string id) => Assert.Empty(Errors($$"""[{"id":"{{id}}","title":"t"}]"""));

    [Theory]
    [InlineData("\u200B")]
    [InlineData("\u2800\u3164")]
    [InlineData("\u0301")]
    public void What_shows_nothing_is_no_title(string title) => Assert.Equal(
        [("brief.acceptance[0].title", "invalid_value")],
        Errors($$"""[{"id":"AC-1","title":{{JsonSerializer.Serialize(title)}}}]"""));

    private static IEnumerable<(string, string)> Errors(string acceptance) => RequestReader.ReadStartThread(
        System.Text.Encoding.UTF8.GetBytes($$$"""
            {"pattern":"advisory","mcTask":"1","initiator":"a","responder":"b",
             "brief":{"subject":"s","acceptance":{{{acceptance}}}}}
            """)).Errors.Select(error => (error.Path, error.Code));
}
