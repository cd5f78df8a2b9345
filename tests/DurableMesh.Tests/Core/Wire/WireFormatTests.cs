using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

public sealed class WireFormatTests
{
    [Theory]
    [InlineData(EndState.Pass, "PASS")]
    [InlineData(EndState.Partial, "PARTIAL")]
    [InlineData(EndState.Blocked, "BLOCKED")]
    [InlineData(Pattern.BuilderVerifier, "builder-verifier")]
    [InlineData(Pattern.CrossDevice, "cross-device")]
    [InlineData(Priority.H, "H")]
    [InlineData(EndReason.TtlExpired, "ttl_expired")]
    [InlineData(EndReason.PartiallyVerified, "partially_verified")]
    [InlineData(EndReason.NoProgress, "no_progress")]
    [InlineData(RejectReason.NotAParty, "not_a_party")]
    [InlineData(RejectReason.UnsupportedPass, "unsupported_pass")]
    [InlineData(RejectReason.MessageConflict, "message_conflict")]
    [InlineData(ThreadPhase.Open, "open")]
    [InlineData(MessageKind.Submission, "submission")]
    [InlineData(ReceiptKind.Duplicate, "duplicate")]
    [InlineData(Verdict.Blocked, "blocked")]
    public void A_name_is_written_as_the_http_api_writes_it(Enum value, string text)
    {
        var json = JsonSerializer.Serialize(value, value.GetType(), MeshJson.Options);
        Assert.Equal($"\"{text}\"", json);
        Assert.Equal(value, JsonSerializer.Deserialize(json, value.GetType(), MeshJson.Options));
    }

    [Fact]
    public void An_enum_is_never_a_number() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<EndState>("0", MeshJson.Options));

    [Fact]
    public void A_receipt_is_written_as_the_http_api_writes_it()
    {
        var receipt = new Receipt
        {
            Kind = ReceiptKind.Accepted,
            ThreadId = "t",
            MessageId = "b-1",
            Sequence = 2,
            ThreadState = ThreadPhase.Open,
        };
        Assert.Equal(
            """{"receipt":"accepted","threadId":"t","messageId":"b-1","sequence":2,"threadState":"open","reason":null}""",
            JsonSerializer.Serialize(receipt, MeshJson.Options));
    }

    [Fact]
    public void Instants_are_in_utc_with_z()
    {
        var instant = new DateTimeOffset(2026, 11, 23, 9, 0, 0, 120, TimeSpan.FromHours(1));
        Assert.Equal("\"2026-11-23T08:00:00.12Z\"", JsonSerializer.Serialize(instant, MeshJson.Options));
        Assert.Equal(
            instant.ToUniversalTime(),
            JsonSerializer.Deserialize<DateTimeOffset>("\"2026-11-23T09:00:00.12+01:00\"", MeshJson.Options));
    }

    [Theory]
    [InlineData("""{"requestId":"r","payload":{"kind":"cancel","by":"me","why":"w"}}""", typeof(CancelRequested))]
    [InlineData("""{"payload":{"by":"me","why":"w","kind":"cancel"},"requestId":"r"}""", typeof(CancelRequested))]
    [InlineData("""{"requestId":"r","payload":{"kind":"decision","by":"me","decision":"deny","why":"w"}}""", typeof(GateDecided))]
    public void An_envelope_names_what_it_carries(string json, Type type)
    {
        var envelope = JsonSerializer.Deserialize<InboxEnvelope>(json, MeshJson.Options)!;
        Assert.IsType(type, envelope.Payload);
        var again = JsonSerializer.Serialize(envelope, MeshJson.Options);
        Assert.Equal(envelope, JsonSerializer.Deserialize<InboxEnvelope>(again, MeshJson.Options));
    }

    [Theory]
    [InlineData("""{"requestId":"r","payload":{"kind":"deadline"}}""")]
    [InlineData("""{"requestId":"r","payload":{"by":"me","why":"w"}}""")]
    [InlineData("""{"requestId":"r","payload":null}""")]
    public void Nothing_else_comes_in_from_outside(string json) =>
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize<InboxEnvelope>(json, MeshJson.Options));

    [Theory]
    [InlineData("\"text\"", "text")]
    [InlineData("{\"b\": 1, \"a\": 2}", "{\"a\":2,\"b\":1}")]
    [InlineData("\"a\\nb\"", "a\nb")]
    [InlineData("1.50", "1.5")]
    public void A_body_is_any_json_value_in_canonical_form(string json, string display)
    {
        var body = JsonSerializer.Deserialize<JsonText>(json, MeshJson.Options)!;
        Assert.Equal(display, body.ToDisplayText());
        Assert.Equal(
            body,
            JsonSerializer.Deserialize<JsonText>(JsonSerializer.Serialize(body, MeshJson.Options), MeshJson.Options));
    }
}
