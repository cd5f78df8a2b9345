using System.Text;
using System.Text.Json;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class DeepBodyTests
{
    [Fact]
    public void The_deepest_body_that_is_read_passes_through_envelope_transcript_and_state()
    {
        var body = new string('[', 31) + new string(']', 31);
        var request = RequestReader.ReadSendMessage(Encoding.UTF8.GetBytes(
            $$"""{"messageId":"a","from":"{{Dialogue.Builder}}","kind":"submission","body":{{body}}}""")).Value!;
        var arrived = new MessageArrived(IncomingMessage.Of(request, PriceTable.Empty, Dialogue.Start));
        var envelope = JsonSerializer.Deserialize<InboxEnvelope>(
            JsonSerializer.SerializeToUtf8Bytes(new InboxEnvelope("r", arrived), MeshJson.Options),
            MeshJson.Options)!;
        var dialogue = Dialogue.Opened();
        Assert.Equal(ReceiptKind.Accepted, dialogue.Decide(envelope.Payload).Receipt!.Kind);
        var accepted = Assert.IsType<MessageAccepted>(dialogue.Last.Events.Single());
        Assert.Equal(body, accepted.Message.Body!.Inline!.Text);
    }
}
