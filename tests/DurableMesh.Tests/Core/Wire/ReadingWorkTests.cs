using System.Text;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

/// <summary>
/// What a request may make the mesh do before it is refused: no more than its bytes are worth. Work is counted in bytes that the
/// reading takes from the heap, which is the same on every machine.
/// </summary>
public sealed class ReadingWorkTests
{
    private const int Bytes = 1_250_000;

    // Every byte may be read, unescaped, copied and named a few times, and no byte may be compared with all the others.
    private const int WorkPerByte = 40;

    private static readonly Dictionary<string, Func<int, string>> Hostile = new()
    {
        ["unknown fields"] = bytes => Object(bytes, n => $"\"field{n}\":1"),
        ["unknown fields that are nearly known"] = bytes => Object(bytes, n => $"\"verdictt{n}\":1"),
        ["unknown fields with long names"] = bytes => Object(bytes, n => $"\"{n}{new string('m', 60)}\":1"),
        ["unknown fields in every check"] = bytes => $$"""{"checks":[{{string.Join(',', Enumerable.Range(0, 400).Select(n =>
            Object(bytes / 400, m => $"\"c{n}x{m}\":1")))}}]}""",
        ["one field again and again"] = bytes => Object(bytes, _ => "\"from\":1"),
        ["one field with a long name again and again"] = bytes => Object(bytes, _ => $"\"{new string('k', 5000)}\":1"),
        ["fields with half a surrogate pair"] = bytes => Object(bytes, n => $"\"\\ud800{n}\":1"),
        ["a long name"] = bytes => $$"""{"{{new string('n', bytes)}}":1}""",
        ["a long text"] = bytes => $$"""{"from":"{{new string('x', bytes)}}"}""",
        ["a text of escapes"] = bytes => $$"""{"body":"{{string.Concat(Enumerable.Repeat("\\u0001", bytes / 6))}}"}""",
        ["a number of many digits"] = bytes => $$"""{"body":{{new string('9', bytes)}}}""",
        ["a number of many zeros"] = bytes => $$"""{"inReplyTo":0.{{new string('0', bytes)}}1}""",
        ["a large exponent"] = _ => """{"body":[1e-99999999999,1e-999999999],"usage":{"costUsd":1e-999999999}}""",
        ["many numbers"] = bytes => $$"""{"body":[{{string.Join(',', Enumerable.Repeat("1.5e-7", bytes / 7))}}]}""",
        ["deep nesting"] = bytes => $$"""{"body":{{new string('[', bytes)}}}""",
        ["deep and wide"] = bytes =>
            $$"""{"body":{{string.Concat(Enumerable.Repeat("{\"b\":1,\"a\":", 29))}}"""
                + "\"" + new string('x', bytes) + "\"" + new string('}', 30),
        ["an object in the wrong order"] = bytes => $$"""{"body":{{Object(bytes, n => $"\"{9_999_999 - n}\":1")}}}""",
        ["a list that is too long"] = bytes => $$"""{"checks":[{{string.Join(',', Enumerable.Repeat("{}", bytes / 3))}}]}""",
    };

    public static TheoryData<string> Kinds => [.. Hostile.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_hostile_request_costs_no_more_than_its_bytes(string kind)
    {
        var utf8 = Encoding.UTF8.GetBytes(Hostile[kind](Bytes));
        var small = Encoding.UTF8.GetBytes(Hostile[kind](Bytes / 4));
        WorkOf(utf8);

        var work = WorkOf(utf8);

        Assert.True(
            work < WorkPerByte * Math.Max(utf8.Length, 10_000L), $"{work / utf8.Length} bytes of work for each of {utf8.Length}");
        Assert.True(work < (8 * WorkOf(small)) + 100_000, "four times the bytes are four times the work");
    }

    [Fact]
    public void Of_many_unknown_fields_a_hundred_are_named_and_the_first_with_what_was_meant()
    {
        var read = RequestReader.ReadSendMessage(Encoding.UTF8.GetBytes(Object(Bytes, n => $"\"verdictt{n}\":1")));

        Assert.Null(read.Value);
        Assert.InRange(read.Errors.Count, 1, InputError.MaxReported);
    }

    [Fact]
    public void A_thousand_rows_that_contradict_each_other_are_named_a_hundred_times()
    {
        var rows = string.Join(',', Enumerable.Range(0, 1000).Select(n => $$"""
            {"id":"r{{n}}","pattern":"advisory","initiator":{},"responder":{},"status":"{{(n % 2 == 0 ? "active" : "retired")}}","since":"2026-01-01T00:00:00Z","why":"w"}
            """));
        var utf8 = Encoding.UTF8.GetBytes($$"""{"rows":[{{rows}}],"by":"ann"}""");
        AuthorityReader.ReadPut(utf8);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = AuthorityReader.ReadPut(utf8);

        Assert.Equal(InputError.MaxReported, read.Errors.Count);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < WorkPerByte * (long)utf8.Length);
    }

    private static long WorkOf(byte[] utf8)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(RequestReader.ReadSendMessage(utf8).Value);
        Assert.Null(RequestReader.ReadStartThread(utf8).Value);
        Assert.Null(OrganisationReader.Read(utf8).Value);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 3;
    }

    private static string Object(int bytes, Func<int, string> member)
    {
        var text = new StringBuilder("{");
        for (var n = 0; text.Length < bytes; n++)
        {
            text.Append(n == 0 ? "" : ",").Append(member(n));
        }

        return text.Append('}').ToString();
    }
}
