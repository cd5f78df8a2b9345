namespace DurableMesh.Tests.Cli;

/// <summary>The system's time, on which every wait is a thousand times shorter.</summary>
internal sealed class HurriedTime : TimeProvider
{
    public static HurriedTime Instance { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
}
