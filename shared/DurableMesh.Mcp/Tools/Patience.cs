using ModelContextProtocol;

namespace DurableMesh.Mcp.Tools;

/// <summary>How long a call still waits; tells the client that it does, so that it does not lose its own patience.</summary>
internal sealed class Patience(TimeProvider time, TimeSpan most, IProgress<ProgressNotificationValue> progress)
{
    private readonly long _start = time.GetTimestamp();
    private float _told = -1;

    public bool IsLeft => Left > TimeSpan.Zero;

    private TimeSpan Left => most - time.GetElapsedTime(_start);

    /// <summary>How long to wait at once.</summary>
    public TimeSpan Next(TimeSpan longest) =>
        Left is var left && left < TimeSpan.Zero ? TimeSpan.Zero : left < longest ? left : longest;

    /// <summary>Tells what is waited for. What is told only grows, as the protocol wants it.</summary>
    public void Tell(string what)
    {
        var seconds = (float)time.GetElapsedTime(_start).TotalSeconds;
        if (seconds > _told)
        {
            _told = seconds;
            progress.Report(new ProgressNotificationValue
            {
                Progress = seconds,
                Total = (float)most.TotalSeconds,
                Message = what,
            });
        }
    }
}
