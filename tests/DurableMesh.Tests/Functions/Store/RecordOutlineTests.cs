using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Store;

public sealed class RecordOutlineTests
{
    public static TheoryData<string> Lines()
    {
        var thread = new SampleThread();
        var records = new[]
        {
            thread.Open(),
            thread.Note("n-1", body: "with a \"thread\": { and a \\ in it, \u00e9\n"),
            thread.Send(SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)),
            thread.Send(SampleThread.MessageOf("b-2", SampleThread.Builder, MessageKind.Submission)),
            thread.Send(SampleThread.PassOf("v-1")),
        };
        return new TheoryData<string>(records.Select(record => JsonSerializer.Serialize(record, AppJson.Options)));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_that_is_skimmed_says_the_same_as_the_record(string line)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(line);
        var record = JsonSerializer.Deserialize<ThreadRecord>(line, AppJson.Options)!;

        var skimmed = RecordOutline.Read(utf8);
        var made = RecordOutline.Of(record);

        Assert.Equal(made.ThreadId, skimmed.ThreadId);
        Assert.Equal(record.View, skimmed.View.Value);
        Assert.Equal(made.Entries, skimmed.Entries);
        Assert.Equal(record.Receipts, skimmed.Receipts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"threadId":"a","view":{"x":[1,2]},"entries":[{"event":{}}]}""")]
    [InlineData("""{"threadId":"a","view":{},"entries":[{"ordinal":1,"event":{"message":{"from":"a"}}}]}""")]
    [InlineData("""{"threadId":"a","view":{},"entries":[{"ordinal":"one"}]}""")]
    [InlineData("""{"threadId":"a","view":{}""")]
    public void A_line_that_is_no_record_is_refused(string line)
    {
        Assert.ThrowsAny<Exception>(() => RecordOutline.Read(System.Text.Encoding.UTF8.GetBytes(line)));
    }
}
