using System.Text.Json;

namespace DurableMesh.Functions.Store;

/// <summary>Reads no more of a line than its <see cref="RecordOutline"/>: some ten times as fast as reading the record.</summary>
internal ref struct RecordSkimmer
{
    private readonly ReadOnlySpan<byte> _line;
    private Utf8JsonReader _reader;

    public RecordSkimmer(ReadOnlyMemory<byte> line)
    {
        _line = line.Span;
        _reader = new Utf8JsonReader(line.Span);
    }

    public RecordOutline Read()
    {
        string? threadId = null;
        StoredView? view = null;
        var entries = new List<EntryOutline>();
        IReadOnlyList<RequestReceipt> receipts = [];
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("threadId"u8))
            {
                threadId = Text();
            }
            else if (_reader.ValueTextEquals("view"u8))
            {
                view = new StoredView(Raw());
            }
            else if (_reader.ValueTextEquals("entries"u8))
            {
                ReadEntries(entries);
            }
            else if (_reader.ValueTextEquals("receipts"u8))
            {
                receipts = JsonSerializer.Deserialize(ref _reader, AppJson.TypeInfo<RequestReceipt[]>()) ?? [];
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
        _reader.Read();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject)
        {
            int? ordinal = null;
            string? requestHash = null;
            MessageOutline? message = null;
            while (NextProperty())
            {
                if (_reader.ValueTextEquals("ordinal"u8))
                {
                    _reader.Read();
                    ordinal = _reader.GetInt32();
                }
                else if (_reader.ValueTextEquals("event"u8))
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
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("thread"u8))
            {
                found.RequestHash = ReadRequestHash();
            }
            else if (_reader.ValueTextEquals("message"u8))
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
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("requestHash"u8))
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
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("messageId"u8))
            {
                messageId = Text();
            }
            else if (_reader.ValueTextEquals("from"u8))
            {
                from = Text();
            }
            else if (_reader.ValueTextEquals("to"u8))
            {
                to = Text();
            }
            else if (_reader.ValueTextEquals("kind"u8))
            {
                _reader.Read();
                isBrief = _reader.ValueTextEquals("brief"u8);
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

    private bool NextProperty() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private string? Text()
    {
        _reader.Read();
        return _reader.GetString();
    }

    private void Skip()
    {
        _reader.Read();
        _reader.Skip();
    }

    private ReadOnlySpan<byte> Raw()
    {
        _reader.Read();
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return _line[start..(int)_reader.BytesConsumed];
    }
}
