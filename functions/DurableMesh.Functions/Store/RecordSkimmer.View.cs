using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <content>A thread's state as the record has it.</content>
internal ref partial struct RecordSkimmer
{
    private ViewOutline ReadView()
    {
        ThreadPhase? state = null;
        DateTimeOffset? deadline = null;
        EndState? endState = null;
        EndReason? reason = null;
        ReservedUsd? reserved = null;
        Pattern? pattern = null;
        DateTimeOffset? createdAt = null;
        DateTimeOffset? endedAt = null;
        long? round = null;
        var head = ChainMark.Genesis;
        _reader.Read();
        var start = (int)_reader.TokenStartIndex;
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("state"u8))
            {
                state = RecordChoices<ThreadPhase>.Read(ref _reader);
            }
            else if (_reader.ValueTextEquals("endState"u8))
            {
                endState = RecordChoices<EndState>.Read(ref _reader);
            }
            else if (_reader.ValueTextEquals("reason"u8))
            {
                reason = RecordChoices<EndReason>.Read(ref _reader);
            }
            else if (_reader.ValueTextEquals("reservedUsd"u8))
            {
                reserved = JsonSerializer.Deserialize(ref _reader, AppJson.TypeInfo<ReservedUsd>());
            }
            else if (_reader.ValueTextEquals("deadline"u8))
            {
                deadline = Instant();
            }
            else if (_reader.ValueTextEquals("pattern"u8))
            {
                pattern = RecordChoices<Pattern>.Read(ref _reader);
            }
            else if (_reader.ValueTextEquals("round"u8))
            {
                round = Number();
            }
            else if (_reader.ValueTextEquals("createdAt"u8))
            {
                createdAt = Instant();
            }
            else if (_reader.ValueTextEquals("endedAt"u8))
            {
                endedAt = Instant();
            }
            else if (_reader.ValueTextEquals("evidence"u8))
            {
                head = ReadHead();
            }
            else
            {
                Skip();
            }
        }

        var standing = new ThreadStanding(state ?? throw new JsonException("A view has a state."), endState, reason);
        var view = new StoredView(_line[start..(int)_reader.BytesConsumed]);
        return new ViewOutline(
            view, standing, deadline ?? throw new JsonException("A view has a deadline."), reserved, head)
        {
            End = (pattern, round, createdAt, endedAt) is ({ } used, { } rounds, { } created, { } ended)
                ? new EndOutline(used, (int)rounds, created, ended)
                : null,
        };
    }

    private ChainMark ReadHead()
    {
        var head = ChainMark.Genesis;
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals("head"u8))
            {
                head = Mark() ?? head;
            }
            else
            {
                Skip();
            }
        }

        return head;
    }

    private DateTimeOffset? Instant()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.Null ? null : _reader.GetDateTimeOffset();
    }

    private readonly record struct ViewOutline(
        StoredView View, ThreadStanding Standing, DateTimeOffset Deadline, ReservedUsd? Reserved, ChainMark Head)
    {
        public EndOutline? End { get; init; }
    }
}
