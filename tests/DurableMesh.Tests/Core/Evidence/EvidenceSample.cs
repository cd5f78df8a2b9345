using DurableMesh.Core.Evidence;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Evidence;

/// <summary>A dialogue with something of everything, ended as PASS.</summary>
internal static class EvidenceSample
{
    private static readonly PriceTable Prices = new(
        [new ModelPrice { Model = "m", From = Dialogue.Start, InputPerMillion = 3m, OutputPerMillion = 15m }]);

    public static IReadOnlyList<TranscriptEntry> Entries { get; } = Make();

    public static EvidenceFile File => EvidenceFile.Of(Entries);

    private static List<TranscriptEntry> Make()
    {
        var dialogue = Dialogue.Opened();
        Send(Dialogue.Builder, MessageKind.Submission, new Usage { Model = "m", InputTokens = 1000, OutputTokens = 200 });
        Send(Dialogue.Verifier, MessageKind.Finding);
        dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        dialogue.Send(Dialogue.Builder, MessageKind.Question, "Which line?");
        dialogue.Send(Dialogue.Verifier, MessageKind.Answer, new string('x', 5000));
        dialogue.Decide(new ReservationAsked(
            Dialogue.Builder,
            Prices.Settle(new Usage { Model = "m", InputTokens = 90_000, OutputTokens = 9_000 }, dialogue.Now)));
        dialogue.Submit(0.25m);
        Send(Dialogue.Verifier, MessageKind.Note, new Usage { Model = "unknown", OutputTokens = 5 });
        dialogue.Judge(Verdict.Pass, Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2"));
        Assert.Equal(EndState.Pass, dialogue.State.EndState);
        return [.. dialogue.Decisions.SelectMany(decision => decision.Entries)];

        void Send(string from, MessageKind kind, Usage? usage = null)
        {
            var request = new SendMessageRequest
            {
                MessageId = $"s-{dialogue.State.Messages}",
                From = from,
                Kind = kind,
                Body = JsonText.OfString("ümlaut \"and\" quotes\n"),
                Usage = usage,
            };
            dialogue.Decide(new MessageArrived(IncomingMessage.Of(request, Prices, dialogue.Now)));
        }
    }
}
