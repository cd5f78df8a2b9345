using System.Globalization;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static DurableMesh.Tests.TaskHub.CheckpointedHub;

namespace DurableMesh.Tests.TaskHub;

/// <summary>The files of checkpoints, and the log that they cut short: deleted, lost, unreadable or never finished.</summary>
public sealed class CheckpointFileTests
{
    [Fact]
    public async Task The_log_before_the_last_checkpoints_is_deleted_and_a_restart_does_without_it()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        for (int word = 1; word <= 8; word++)
        {
            await SayAsync(hub, id, word);
            await UntilCheckpointsAsync(hub, 1);
        }

        await UntilAsync(hub, () => hub.Storage.List(0)[0].Number > 5);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal(string.Join(',', Enumerable.Range(1, 8)), await EndAsync(second, id));
    }

    [Fact]
    public async Task Files_are_cleared_when_most_of_them_is_out_of_date_or_there_are_many()
    {
        await using TestHub hub = await StartAsync();
        string[] ids = [.. Enumerable.Range(0, 50).Select(number => number.ToString("D2", CultureInfo.InvariantCulture))];
        foreach (string id in ids)
        {
            await hub.StartInstanceAsync("Collector", id: id);
        }

        for (int word = 1; word <= 30; word++)
        {
            await SayAsync(hub, ids[word], word);
            await UntilCheckpointsAsync(hub, 1);
        }

        await UntilAsync(hub, () => hub.Storage.ListCheckpointFiles(0).Count <= 12);
        await using TestHub second = await RestartAsync(hub);
        Assert.Equal("7", await EndAsync(second, ids[7]));
        Assert.Equal("", await EndAsync(second, ids[40]));
        Assert.Equal(50, await second.Client.GetAllInstancesAsync().CountAsync());
    }

    [Fact]
    public async Task A_long_history_is_not_written_anew_at_each_checkpoint()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, new string('x', 100_000));
        await hub.UntilAsync(id, state => state.CustomStatus == "1");
        await UntilCheckpointsAsync(hub, 1);

        for (int word = 1; word <= 5; word++)
        {
            await SayAsync(hub, id, word);
            await UntilCheckpointsAsync(hub, 1);
        }

        Assert.Single(hub.Storage.ListCheckpointFiles(0), file => file.Length > 50_000);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);
        Assert.EndsWith("x,1,2,3,4,5", await EndAsync(second, id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_that_was_never_finished_leaves_files_that_the_next_owner_deletes()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        InMemoryHubStorage crashed = hub.Storage.Copy();
        crashed.TryWriteCheckpointFile(0, 1, "half a checkpoint"u8.ToArray());

        await using TestHub second = await TestHub.StartAsync(crashed, hub.Time, Tasks);

        Assert.Equal("1", await EndAsync(second, id));
        Assert.Contains(second.Told, line => line.Contains("never finished", StringComparison.Ordinal));
        Assert.Empty(crashed.ListCheckpointFiles(0));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_read_is_skipped_for_the_one_before_it_and_that_is_said()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await UntilCheckpointsAsync(hub, 1);
        await SayAsync(hub, id, 2);
        await UntilCheckpointsAsync(hub, 1);
        await SayAsync(hub, id, 3);
        InMemoryHubStorage torn = hub.Storage.Copy();
        torn.DeleteCheckpointFile(0, torn.ListCheckpointFiles(0)[^1].Number);

        await using TestHub second = await TestHub.StartAsync(torn, hub.Time, Tasks);

        Assert.Equal("1,2,3", await EndAsync(second, id));
        Assert.Contains(second.Told, line => line.Contains("is skipped for the one before it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_file_whose_answer_was_lost_is_written_under_another_number()
    {
        await using TestHub hub = await StartAsync(call => call is { Operation: StorageOperation.WriteCheckpointFile, Nth: 1 }
            ? StorageFault.FailAfter
            : StorageFault.None);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal("1", await EndAsync(second, id));
    }

    [Fact]
    public async Task A_checkpoint_that_the_storage_forgot_is_made_again_from_memory()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");
        await OneCheckpointAsync(hub);

        // The file, the opening of the segment that names it, and what came with it.
        hub.Storage.Forget(3);
        await SayAsync(hub, id, 2);
        await UntilCheckpointsAsync(hub, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        await SayAsync(hub, id, 3);
        await using TestHub second = await RestartAsync(hub);

        Assert.Contains(hub.Told, line => line.Contains("writing their instances again from memory", StringComparison.Ordinal));
        Assert.Equal("1,2,3", await EndAsync(second, id));
    }

    [Fact]
    public async Task Who_was_begun_anew_is_not_gone_when_the_storage_forgot_the_file_that_said_so()
    {
        var gate = new TaskCompletionSource();
        var waits = new TaskCompletionSource();
        var isShut = false;
        await using TestHub hub = await StartAsync(call =>
        {
            if (!isShut || call.Operation != StorageOperation.WriteCheckpointFile)
            {
                return StorageFault.None;
            }

            waits.TrySetResult();
            return StorageFault.None.After(gate.Task);
        });
        await hub.StartInstanceAsync("Collector", id: "again");
        await EndAsync(hub, "again");
        await OneCheckpointAsync(hub);
        await hub.Client.PurgeInstanceAsync("again", cancellation: TestHub.Patience);
        await OneCheckpointAsync(hub);
        long before = hub.Storage.AppendCount;
        await hub.StartInstanceAsync("Collector", id: "again");
        await hub.UntilAsync("again", state => state.Status == OrchestrationRuntimeStatus.Running);
        isShut = true;
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        await waits.Task.WaitAsync(TestHub.Patience);

        // What was written since, the opening of the segment that names the file, what came with it, and the file. It is noticed
        // when the checkpoint that has the new one is about to count.
        hub.Storage.Forget((int)(hub.Storage.AppendCount - before) + 3);
        gate.SetResult();
        await UntilCheckpointsAsync(hub, 2);
        await using TestHub second = await RestartAsync(hub);

        Assert.Contains(hub.Told, line => line.Contains("writing their instances again from memory", StringComparison.Ordinal));
        Assert.NotNull(await second.Client.GetInstancesAsync("again", TestHub.Patience));
    }

    [Fact]
    public async Task A_file_that_is_gone_for_good_stops_the_hub_and_is_named()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        foreach (CheckpointFile file in hub.Storage.ListCheckpointFiles(0))
        {
            hub.Storage.DeleteCheckpointFile(0, file.Number);
        }

        _ = hub.Client.GetInstanceAsync(id, TestHub.Patience);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => hub.Hub.ExecuteTask!.WaitAsync(TestHub.Patience));

        Assert.Contains("has lost checkpoint file", error.Message, StringComparison.Ordinal);
        Assert.Contains(id, error.Message, StringComparison.Ordinal);
    }
}
