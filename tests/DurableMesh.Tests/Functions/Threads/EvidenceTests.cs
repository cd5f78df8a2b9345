using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Threads;

public sealed class EvidenceTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task An_open_thread_shows_what_there_is()
    {
        var id = await _mesh.StartedAsync();

        var evidence = await _mesh.EvidenceAsync(id);

        Assert.Equal((200, "False"), (evidence.Status, evidence.Text("final")));
        Assert.True(EvidenceVerifier.Verify(evidence.Utf8).Holds);
    }

    [Fact]
    public async Task The_file_of_an_ended_thread_is_at_its_path_and_holds()
    {
        var id = await _mesh.StartedAsync();
        var path = (await _mesh.GetAsync(id)).Body.GetProperty("evidence").GetProperty("path").GetString()!;
        var large = new string('x', 9000);
        await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission, large));
        await _mesh.SendAsync(id, SampleThread.PassOf("v-1"));
        var built = await _mesh.EvidenceAsync(id);

        var activities = new ThreadActivities(_mesh.Log, _mesh.Evidence, _mesh.Seals, NullLogger<ThreadActivities>.Instance);
        await activities.WriteEvidence(id, default);
        await activities.WriteEvidence(id, default);

        var written = await _mesh.Blobs.FindAsync(path, default);
        Assert.Equal(built.Utf8, written?.ToArray());
        Assert.Equal(built.Utf8, (await _mesh.EvidenceAsync(id)).Utf8);
        Assert.Equal(("True", "PASS"), (built.Text("final"), built.Text("endState")));
        Assert.True(EvidenceVerifier.Verify(built.Utf8).Holds);
    }

    [Fact]
    public async Task Before_the_gate_has_spoken_there_is_none()
    {
        await using var slow = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(20)) { Asleep = true };
        var id = await slow.StartedAsync();

        var answer = await slow.EvidenceAsync(id);

        Assert.Equal((404, "evidence_not_begun"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Evidence_of_a_thread_that_this_host_has_not_read_yet_is_tried_again()
    {
        var activities = new ThreadActivities(_mesh.Log, _mesh.Evidence, _mesh.Seals, NullLogger<ThreadActivities>.Instance);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => activities.WriteEvidence("unknown", default));
    }
}
