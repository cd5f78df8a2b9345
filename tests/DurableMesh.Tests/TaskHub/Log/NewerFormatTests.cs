using DurableMesh.LocalHost;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.TaskHub.Log;

/// <summary>A hub that a newer version wrote is refused by name, and nothing of it is touched.</summary>
public sealed class NewerFormatTests
{
    private static void Tasks(DurableTaskRegistry registry) =>
        registry.AddOrchestratorFunc<string>("Wait", context => context.WaitForExternalEvent<string>("go"));

    [Fact]
    public async Task A_log_of_another_form_ends_the_hub()
    {
        await using TestHub first = await TestHub.StartAsync(Tasks);
        await first.StartInstanceAsync("Wait", id: "it");
        var storage = first.Storage.Copy();
        storage.FlipByte(0, 1, 3);
        byte[] before = storage.ReadSegment(0, 1);
        await using TestHub second = await TestHub.StartAsync(storage, first.Time, Tasks);

        var error = await Assert.ThrowsAsync<NewerFormatException>(() => second.Hub.ExecuteTask!.WaitAsync(TestHub.Patience));

        Assert.Contains("log segment 1 of partition 0", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, storage.ReadSegment(0, 1));
        Assert.Throws<FileNotFoundException>(() => storage.ReadSegment(0, 2));
        Assert.Equal(error.Message, LastWords.Of(error));
    }

    [Fact]
    public void An_event_that_is_not_known_is_named()
    {
        var error = Assert.Throws<NewerFormatException>(() =>
        {
            var reader = new LogReader([200]);
            return HistoryCodec.Read(ref reader);
        });

        Assert.Contains("tag 200", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void An_index_of_a_checkpoint_says_its_version(byte version, bool newer)
    {
        // Nothing purged, no instances, no mail.
        byte[] index = [version, 0, 0, 0];

        if (newer)
        {
            Assert.Throws<NewerFormatException>(() => CheckpointIndex.Read(index, 7));
        }
        else
        {
            Assert.Empty(CheckpointIndex.Read(index, 7).Instances);
        }
    }

    [Fact]
    public void An_opening_of_a_segment_says_its_version()
    {
        byte[] opening = [2, (byte)RecordKind.SegmentOpened, 2];

        Assert.Throws<NewerFormatException>(() => LoadedSegment.Read(1, [], 1, opening));
    }
}
