using DurableMesh.Client;

namespace DurableMesh.Cli.Agents;

/// <summary>A mesh that may be away for a while: what is asked of it is asked again until it answers.</summary>
internal sealed class MeshLink(MeshClient client, Action<string> say, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private int _away;

    /// <summary>Where the mesh is.</summary>
    public Uri Address => client.Address;

    /// <summary>Says something to the person who watches the runner.</summary>
    public void Say(string message) => say(message);

    /// <summary>Asks until there is an answer; says once that the mesh is away, and once that it is back.</summary>
    /// <exception cref="MeshProblemException">The mesh said no.</exception>
    public async Task<T> PersistAsync<T>(Func<MeshClient, Task<T>> ask, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var answer = await ask(client);
                if (Interlocked.Exchange(ref _away, 0) == 1)
                {
                    say($"the mesh at {client.Address} is back");
                }

                return answer;
            }
            catch (MeshUnreachableException unreachable)
            {
                if (Interlocked.Exchange(ref _away, 1) == 0)
                {
                    say($"{unreachable.Message}; going on when it is back");
                }

                await Task.Delay(pause, time, cancellation);
            }
        }
    }
}
