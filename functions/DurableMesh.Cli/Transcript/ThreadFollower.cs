using System.Runtime.CompilerServices;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Transcript;

/// <summary>Follows a thread: its messages from the first on, as they come, until it has ended.</summary>
internal sealed class ThreadFollower(MeshClient mesh, TimeProvider time)
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Called once each time the mesh goes away (true) and comes back (false).</summary>
    public Action<bool>? AwayChanged { get; init; }

    /// <summary>How long the mesh may be away before the follower gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The messages after a sequence. Ends when the thread has ended and all was seen.</summary>
    public async IAsyncEnumerable<MessageView> FollowAsync(
        string threadId, int after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var page = await PatientlyAsync(
                () => mesh.GetMessagesAsync(threadId, after, to: null, LongPoll, cancellation), cancellation);
            foreach (var message in page.Messages)
            {
                yield return message;
            }

            after = Math.Max(after, page.NextAfter);
            if (page.ThreadState == ThreadPhase.Ended && page.Messages.Count == 0)
            {
                yield break;
            }
        }
    }

    private async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        DateTimeOffset? awaySince = null;
        while (true)
        {
            try
            {
                var answer = await ask();
                if (awaySince is not null)
                {
                    AwayChanged?.Invoke(false);
                }

                return answer;
            }
            catch (MeshUnreachableException) when (AwayChanged is not null)
            {
                if (awaySince is null)
                {
                    awaySince = time.GetUtcNow();
                    AwayChanged(true);
                }
                else if (time.GetUtcNow() - awaySince > Patience)
                {
                    throw;
                }

                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}
