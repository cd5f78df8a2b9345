using System.Text.Json;
using DurableMesh.Core.Events;
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
            thread.Send(SampleThread.MessageOf("b-2", SampleThread.Builder, MessageKind.Submission) with
            {
                Usage = new Usage
                {
                    Model = "m", InputTokens = 5_000_000_000, CachedInputTokens = 7, CacheWriteTokens = 8,
                    OutputTokens = 9, CostUsd = 1e-9m,
                },
            }),
            thread.Send(SampleThread.MessageOf("v-0", SampleThread.Verifier, MessageKind.Note) with
            {
                Usage = new Usage { Model = "unknown \"unpriced\"", OutputTokens = 3 },
            }),
            thread.Reserve(SampleThread.Verifier, 0.125m),
            thread.Cancel(),
            new ThreadRecord
            {
                ThreadId = thread.Id,
                View = thread.State.View(),
                Notice = new ThreadNotice(LimitKind.Ttl, SampleThread.Noon, 7),
            },
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
        Assert.Equal(made.Standing, skimmed.Standing);
        Assert.Equal(made.Reserved, skimmed.Reserved);
        Assert.Equal(record.View.Deadline, skimmed.Deadline);
        Assert.Equal(made.Entries, skimmed.Entries);
        Assert.Equal(record.Receipts, skimmed.Receipts);
        Assert.Equal(record.Notice, skimmed.Notice);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"threadId":"a","view":{"x":[1,2]},"entries":[{"event":{}}]}""")]
    [InlineData("""{"threadId":"a","view":{"x":"open"},"entries":[]}""")]
    [InlineData("""{"threadId":"a","view":{"state":"open"},"entries":[]}""")]
    [InlineData("""{"threadId":"a","view":{"state":"opened"},"entries":[]}""")]
    [InlineData("""{"threadId":"a","view":{"state":"open","deadline":"2026-11-24T08:00:00Z"},"entries":[{"ordinal":1,"event":{"message":{"from":"a"}}}]}""")]
    [InlineData("""{"threadId":"a","view":{"state":"open","deadline":"2026-11-24T08:00:00Z"},"entries":[{"ordinal":1,"event":{"thread":{"initiator":"a"}}}]}""")]
    [InlineData("""{"threadId":"a","view":{"state":"open","deadline":"2026-11-24T08:00:00Z"},"entries":[{"ordinal":"one"}]}""")]
    [InlineData("""{"threadId":"a","view":{"state":"open","deadline":"2026-11-24T08:00:00Z"}""")]
    public void A_line_that_is_no_record_is_refused(string line)
    {
        Assert.ThrowsAny<Exception>(() => RecordOutline.Read(System.Text.Encoding.UTF8.GetBytes(line)));
    }
}
