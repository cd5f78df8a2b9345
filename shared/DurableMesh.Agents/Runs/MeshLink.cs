using DurableMesh.Client;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace DurableMesh.Agents.Runs;

/// <summary>A mesh that may be away for a while: it is asked again until it answers.</summary>
internal sealed class MeshLink
{
    private readonly MeshClient _client;
    private readonly ILogger _log;
    private readonly ResiliencePipeline _patience;
    private int _away;

    public MeshLink(MeshClient client, ILogger log, TimeProvider time)
    {
        (_client, _log) = (client, log);
        _patience = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<MeshUnreachableException>(),
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = retry =>
                {
                    if (Interlocked.Exchange(ref _away, 1) == 0)
                    {
                        AgentLog.MeshAway(_log, retry.Outcome.Exception!.Message);
                    }

                    return default;
                },
            })
            .Build();
    }

    /// <summary>Where the mesh is.</summary>
    public Uri Address => _client.Address;

    /// <summary>Asks until there is an answer; says once that the mesh is away, and once that it is back.</summary>
    /// <exception cref="MeshProblemException">The mesh said no.</exception>
    public async Task<T> PersistAsync<T>(Func<MeshClient, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        var answer = await _patience.ExecuteAsync(
            async (question, stop) => await question(_client, stop), ask, cancellation);
        if (Interlocked.Exchange(ref _away, 0) == 1)
        {
            AgentLog.MeshBack(_log, _client.Address);
        }

        return answer;
    }
}
