using System.Diagnostics;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Tests.TaskHub.Storage;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void This_process_is_alive_and_always_the_same()
    {
        Assert.False(ProcessIdentity.Current.IsProvablyDead());
        Assert.Equal(ProcessIdentity.Current, ProcessIdentity.Of(Environment.ProcessId));
    }

    [Fact]
    public async Task A_process_that_has_ended_is_dead_even_when_its_id_is_given_out_again()
    {
        var ended = await EndedProcessAsync();

        Assert.True(ended.IsProvablyDead());
        Assert.True((ended with { ProcessId = Environment.ProcessId }).IsProvablyDead());
        Assert.Null(ProcessIdentity.Of(ended.ProcessId));
    }

    [Fact]
    public async Task Nothing_is_known_of_a_process_on_another_machine()
    {
        var ended = await EndedProcessAsync();

        Assert.False((ended with { Machine = "elsewhere" }).IsProvablyDead());
    }

    [Fact]
    public async Task Nothing_is_known_of_a_process_of_another_boot_or_container()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells.");
        var ended = await EndedProcessAsync();

        Assert.False((ended with { Stamp = "x" + ended.Stamp }).IsProvablyDead());
        Assert.False((ended with { Stamp = "" }).IsProvablyDead());
    }

    internal static async Task<ProcessIdentity> EndedProcessAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        var identity = ProcessIdentity.Of(process.Id)!;
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return identity;
    }
}
