namespace DurableMesh.Tests.Cli;

/// <summary>The system's time, on which every wait is so many times shorter.</summary>
internal sealed class HurriedTime(int times) : TimeProvider
{
    public static HurriedTime Instance { get; } = new(1000);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / times : dueTime, period);
}
