using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>Reads no more of a line than its <see cref="RecordOutline"/>: some ten times as fast as reading the record.</summary>
internal ref partial struct RecordSkimmer
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
        ViewOutline? view = null;
        ChainMark? follows = null;
        var entries = new List<EntryOutline>();
        IReadOnlyList<RequestReceipt> receipts = [];
        ThreadNotice? notice = null;
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("threadId"u8))
            {
                threadId = Text();
            }
            else if (_reader.ValueTextEquals("view"u8))
            {
                view = ReadView();
            }
            else if (_reader.ValueTextEquals("entries"u8))
            {
                follows = ReadEntries(entries);
            }
            else if (_reader.ValueTextEquals("receipts"u8))
            {
                receipts = JsonSerializer.Deserialize(ref _reader, AppJson.TypeInfo<RequestReceipt[]>()) ?? [];
            }
            else if (_reader.ValueTextEquals("notice"u8))
            {
                notice = JsonSerializer.Deserialize(ref _reader, AppJson.TypeInfo<ThreadNotice>());
            }
            else
            {
                Skip();
            }
        }

        return threadId is not null && view is { } seen
            ? new RecordOutline
            {
                ThreadId = threadId,
                View = seen.View,
                Standing = seen.Standing,
                End = seen.End,
                Deadline = seen.Deadline,
                Reserved = seen.Reserved,
                Follows = follows ?? seen.Head,
                Head = seen.Head,
                Entries = entries,
                Receipts = receipts,
                Notice = notice,
            }
            : throw new JsonException("A record has a threadId and a view.");
    }

    /// <summary>Reads the entries; answers what the first of them follows.</summary>
    private ChainMark? ReadEntries(List<EntryOutline> entries)
    {
        ChainMark? follows = null;
        _reader.Read();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject)
        {
            int? ordinal = null;
            EventOutline happened = default;
            while (NextProperty())
            {
                if (_reader.ValueTextEquals("ordinal"u8))
                {
                    _reader.Read();
                    ordinal = _reader.GetInt32();
                }
                else if (_reader.ValueTextEquals("event"u8))
                {
                    happened = ReadEvent();
                }
                else if (entries.Count == 0 && _reader.ValueTextEquals("prev"u8))
                {
                    follows = Mark();
                }
                else
                {
                    Skip();
                }
            }

            entries.Add(new EntryOutline(
                ordinal ?? throw new JsonException("An entry has an ordinal."), happened.At, happened.Opening, happened.Message));
        }

        return follows;
    }

    private EventOutline ReadEvent()
    {
        EventOutline found = default;
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("at"u8))
            {
                _reader.Read();
                found.At = _reader.GetDateTimeOffset();
            }
            else if (_reader.ValueTextEquals("thread"u8))
            {
                found.Opening = ReadOpening();
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

    private OpeningOutline ReadOpening()
    {
        string? requestHash = null, initiator = null, responder = null;
        var (costCap, ttl) = (UsdRounding.MaxUsd, TimeSpan.Zero);
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("requestHash"u8))
            {
                requestHash = Text();
            }
            else if (_reader.ValueTextEquals("initiator"u8))
            {
                initiator = Text();
            }
            else if (_reader.ValueTextEquals("responder"u8))
            {
                responder = Text();
            }
            else if (_reader.ValueTextEquals("limits"u8))
            {
                (costCap, ttl) = ReadLimits(costCap, ttl);
            }
            else
            {
                Skip();
            }
        }

        return requestHash is not null && initiator is not null && responder is not null
            ? new OpeningOutline(requestHash, initiator, responder, costCap, ttl)
            : throw new JsonException("An opening has a requestHash, an initiator and a responder.");
    }

    private (decimal CostCap, TimeSpan Ttl) ReadLimits(decimal costCap, TimeSpan ttl)
    {
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("costCapUsd"u8))
            {
                _reader.Read();
                costCap = _reader.GetDecimal();
            }
            else if (_reader.ValueTextEquals("ttl"u8))
            {
                ttl = Iso8601Duration.TryParse(Text() ?? "", out var read) ? read : ttl;
            }
            else
            {
                Skip();
            }
        }

        return (costCap, ttl);
    }

    private MessageOutline ReadMessage()
    {
        string? messageId = null, from = null, to = null;
        var isBrief = false;
        Spend? spend = null;
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
            else if (_reader.ValueTextEquals("usage"u8))
            {
                spend = ReadUsage();
            }
            else
            {
                Skip();
            }
        }

        return messageId is not null && from is not null && to is not null
            ? new MessageOutline(messageId, from, to, isBrief, spend)
            : throw new JsonException("A message has a messageId, from and to.");
    }

    private Spend ReadUsage()
    {
        long input = 0, cachedInput = 0, cacheWrite = 0, output = 0;
        var cost = 0m;
        var unpriced = false;
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("inputTokens"u8))
            {
                input = Number();
            }
            else if (_reader.ValueTextEquals("cachedInputTokens"u8))
            {
                cachedInput = Number();
            }
            else if (_reader.ValueTextEquals("cacheWriteTokens"u8))
            {
                cacheWrite = Number();
            }
            else if (_reader.ValueTextEquals("outputTokens"u8))
            {
                output = Number();
            }
            else if (_reader.ValueTextEquals("costUsd"u8))
            {
                _reader.Read();
                cost = _reader.GetDecimal();
            }
            else if (_reader.ValueTextEquals("costSource"u8))
            {
                _reader.Read();
                unpriced = _reader.ValueTextEquals("unpriced"u8);
            }
            else
            {
                Skip();
            }
        }

        var usage = new UsageTotals(input, cachedInput, output, cost) { CacheWriteTokens = cacheWrite };
        return new Spend(1, unpriced ? 1 : 0, usage);
    }

    private bool NextProperty() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private string? Text()
    {
        _reader.Read();
        return _reader.GetString();
    }

    private ChainMark? Mark()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.Null ? null : ChainMark.Of(_reader.ValueSpan);
    }

    private void Skip()
    {
        _reader.Read();
        _reader.Skip();
    }

    private long Number()
    {
        _reader.Read();
        return _reader.GetInt64();
    }

    private struct EventOutline
    {
        public DateTimeOffset At;
        public OpeningOutline? Opening;
        public MessageOutline? Message;
    }
}
