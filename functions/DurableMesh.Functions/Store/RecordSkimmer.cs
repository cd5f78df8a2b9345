using System.Text.Json;

namespace DurableMesh.Functions.Store;

/// <summary>Reads no more of a line than its <see cref="RecordOutline"/>: some ten times as fast as reading the record.</summary>
internal ref struct RecordSkimmer
{
    private readonly ReadOnlySpan<byte> line;
    private Utf8JsonReader reader;

    public RecordSkimmer(ReadOnlyMemory<byte> line)
    {
        this.line = line.Span;
        reader = new Utf8JsonReader(line.Span);
    }

    public RecordOutline Read()
    {
        string? threadId = null;
        StoredView? view = null;
        var entries = new List<EntryOutline>();
        IReadOnlyList<RequestReceipt> receipts = [];
        reader.Read();
        while (NextProperty())
        {
            if (reader.ValueTextEquals("threadId"u8))
            {
                threadId = Text();
            }
            else if (reader.ValueTextEquals("view"u8))
            {
                view = new StoredView(Raw());
            }
            else if (reader.ValueTextEquals("entries"u8))
            {
                ReadEntries(entries);
            }
            else if (reader.ValueTextEquals("receipts"u8))
            {
                receipts = JsonSerializer.Deserialize(ref reader, AppJson.TypeInfo<RequestReceipt[]>()) ?? [];
            }
            else
            {
                Skip();
            }
        }

        return threadId is not null && view is not null
            ? new RecordOutline { ThreadId = threadId, View = view, Entries = entries, Receipts = receipts }
            : throw new JsonException("A record has a threadId and a view.");
    }

    private void ReadEntries(List<EntryOutline> entries)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            int? ordinal = null;
            string? requestHash = null;
            MessageOutline? message = null;
            while (NextProperty())
            {
                if (reader.ValueTextEquals("ordinal"u8))
                {
                    reader.Read();
                    ordinal = reader.GetInt32();
                }
                else if (reader.ValueTextEquals("event"u8))
                {
                    (requestHash, message) = ReadEvent();
                }
                else
                {
                    Skip();
                }
            }

            entries.Add(new EntryOutline(ordinal ?? throw new JsonException("An entry has an ordinal."), requestHash, message));
        }
    }

    private (string? RequestHash, MessageOutline? Message) ReadEvent()
    {
        (string? RequestHash, MessageOutline? Message) found = default;
        reader.Read();
        while (NextProperty())
        {
            if (reader.ValueTextEquals("thread"u8))
            {
                found.RequestHash = ReadRequestHash();
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                found.Message = ReadMessage();
            }
            else
            {
                Skip();
            }
        }

        return found;
    }

    private string? ReadRequestHash()
    {
        string? requestHash = null;
        reader.Read();
        while (NextProperty())
        {
            if (reader.ValueTextEquals("requestHash"u8))
            {
                requestHash = Text();
            }
            else
            {
                Skip();
            }
        }

        return requestHash;
    }

    private MessageOutline ReadMessage()
    {
        string? messageId = null, from = null, to = null;
        var isBrief = false;
        reader.Read();
        while (NextProperty())
        {
            if (reader.ValueTextEquals("messageId"u8))
            {
                messageId = Text();
            }
            else if (reader.ValueTextEquals("from"u8))
            {
                from = Text();
            }
            else if (reader.ValueTextEquals("to"u8))
            {
                to = Text();
            }
            else if (reader.ValueTextEquals("kind"u8))
            {
                reader.Read();
                isBrief = reader.ValueTextEquals("brief"u8);
            }
            else
            {
                Skip();
            }
        }

        return messageId is not null && from is not null && to is not null
            ? new MessageOutline(messageId, from, to, isBrief)
            : throw new JsonException("A message has a messageId, from and to.");
    }

    private bool NextProperty() => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private string? Text()
    {
        reader.Read();
        return reader.GetString();
    }

    private void Skip()
    {
        reader.Read();
        reader.Skip();
    }

    private ReadOnlySpan<byte> Raw()
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }
}
