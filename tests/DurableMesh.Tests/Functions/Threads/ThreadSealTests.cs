using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>What a thread takes in and what it does not: who can raise events still cannot speak as anybody.</summary>
public sealed class ThreadSealTests : IAsyncDisposable
{
    private const string Thread = "0f8fad5b-d9cb-469f-a165-70867728950e";

    private static readonly IncomingMessage Message = SampleThread.Incoming(SampleThread.PassOf("v-1") with
    {
        Body = JsonText.Parse("""{"text":"æ \"x\" \u0001 \ud83d\ude00","n":[1.50,1e300,-0]}"""u8),
        Usage = new Usage { Model = "m", InputTokens = 5, CostUsd = 0.250m },
        Artifacts = [new Artifact { Name = "a", Sha256 = new string('a', 64), Size = 3 }],
    }) with
    {
        Budgets = [new DayBudget("company vizu", 1.10m, 0.5m)],
    };

    private readonly MemoryBlobs _blobs = new();
    private readonly MeshFixture _mesh = new();

    public static TheoryData<string> Inputs =>
    [
        .. new InboxInput[]
        {
            new MessageArrived(Message),
            new MessageArrived(SampleThread.Incoming(
                SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission, new string('x', 9000)))),
            new ReservationAsked("a", PriceTable.Empty.Settle(new Usage { CostUsd = 1.500m }, SampleThread.Noon)),
            new CancelRequested("a person", "enough \u2028 \ufffd"),
            new GateDecided("anna", HoldDecision.Approve, "fine"),
            new PartyUnavailable("b", "It is gone."),
            new StoreFoundBehind(),
        }.Select(input => JsonSerializer.Serialize(input, AppJson.Options)),
    ];

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task A_seal_holds_for_what_was_sealed_in_its_thread_and_request_and_on_every_host_and_for_nothing_else(
        string json)
    {
        var input = JsonSerializer.Deserialize<InboxInput>(json, AppJson.Options)!;
        var envelope = await new ThreadSeals(_blobs).EnvelopAsync(Thread, "r-1", input, default);
        var read = JsonSerializer.Deserialize<InboxEnvelope>(
            JsonSerializer.Serialize(envelope, AppJson.Options), AppJson.Options)!;
        var proof = new ArrivalProof(read.RequestId, ThreadSeals.HashOf(read.Payload), read.Seal);
        var elsewhere = new ThreadSeals(_blobs);

        Assert.True(await elsewhere.HoldsAsync(Thread, proof, default));
        Assert.False(await elsewhere.HoldsAsync(Guid.NewGuid().ToString("D"), proof, default));
        Assert.False(await elsewhere.HoldsAsync(Thread, proof with { RequestId = "r-2" }, default));
        Assert.False(await elsewhere.HoldsAsync(Thread, proof with { Seal = null }, default));
        Assert.False(await elsewhere.HoldsAsync(Thread, proof with { Seal = "" }, default));
        Assert.False(
            await elsewhere.HoldsAsync(Thread, proof with { Hash = ThreadSeals.HashOf(new CancelRequested("x", "y")) }, default));
        Assert.False(await new ThreadSeals(new MemoryBlobs()).HoldsAsync(Thread, proof, default));
        Assert.DoesNotContain(
            Convert.ToHexStringLower((await _blobs.FindAsync("secrets/seals", default))!.Value.Span), read.Seal!);
    }

    [Fact]
    public void Whatever_is_changed_in_a_message_changes_its_hash()
    {
        string[] hashes =
        [
            .. new[]
            {
                Message,
                Message with { From = SampleThread.Builder },
                Message with { MessageId = "v-2" },
                Message with { Kind = MessageKind.Note },
                Message with { Verdict = Verdict.Fail },
                Message with { Checks = [] },
                Message with { Usage = null },
                Message with { Budgets = null },
                Message with { ContentHash = "another" },
                Message with { SentAt = Message.SentAt.AddTicks(1) },
                Message with { InReplyTo = 2 },
                Message with { Body = Message.Body! with { Inline = JsonText.OfString("another body under the old hash") } },
            }.Select(message => ThreadSeals.HashOf(new MessageArrived(message))),
        ];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.All(hashes, hash => Assert.True(ContentHash.IsHex(hash)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public async Task A_step_with_an_event_that_nobody_sealed_is_not_recorded_and_the_answer_says_which_it_was(string? seal)
    {
        var id = await _mesh.StartedAsync();
        var step = new ThreadStep(ThreadState.Of(await _mesh.Log.ReadTranscriptAsync(id, default))!);
        step.GoOnFrom(new StoredSteps([], [], step.State), SampleThread.Noon);
        var sent = new MessageArrived(SampleThread.Incoming(
            SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)));
        step.Take(await _mesh.Seals.EnvelopAsync(id, "r-1", sent, default), SampleThread.Noon);
        step.Take(new InboxEnvelope("r-2", new CancelRequested("nobody", "because"), seal), SampleThread.Noon);

        var answer = await Activities.RecordThreadStep(step.ToRecord(), default);

        Assert.Equal([1], answer.Forged!);
        Assert.Null(_mesh.Log.FindReceipt("r-1"));
        step.LeaveOut(answer.Forged!, SampleThread.Noon);
        Assert.Null((await Activities.RecordThreadStep(step.ToRecord(), default)).Forged);
        Assert.Equal(ReceiptKind.Accepted, _mesh.Log.FindReceipt("r-1")?.Kind);
        Assert.Null(_mesh.Log.FindReceipt("r-2"));
        Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));
    }

    [Fact]
    public async Task A_thread_that_the_app_did_not_start_is_not_recorded_and_nobody_sees_it()
    {
        var start = SampleThread.StartOf(Thread);
        var step = new ThreadStep(ThreadState.Starting(start) with { Seal = new string('a', 64) });
        step.Take(new GateEvaluated(SampleThread.Approval), SampleThread.Noon);

        var answer = await Activities.RecordThreadStep(step.ToRecord(), default);

        Assert.True(answer.Unknown);
        Assert.Equal(404, (await _mesh.GetAsync(Thread)).Status);
    }

    [Fact]
    public async Task A_forged_state_of_a_real_thread_becomes_what_the_store_has_of_it()
    {
        var id = await _mesh.StartedAsync();
        var real = ThreadState.Of(await _mesh.Log.ReadTranscriptAsync(id, default))!;
        var forged = real with
        {
            Deadline = real.Start.CreatedAt,
            Start = real.Start with { Responder = "vizu-builder", Acceptance = [] },
            Awaiting = "vizu-builder",
        };
        var step = new ThreadStep(forged);
        step.Take(new AlarmRang(), real.Start.CreatedAt);

        var answer = await Activities.RecordThreadStep(step.ToRecord(), default);
        step.GoOnFrom(answer.Stored!, real.Start.CreatedAt);

        Assert.Equal(real.View(), step.State.View());
        Assert.True(step.IsEmpty);
    }

    private ThreadActivities Activities => new(_mesh.Log, _mesh.Evidence, _mesh.Seals, NullLogger<ThreadActivities>.Instance);
}
