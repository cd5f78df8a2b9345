using System.Threading.RateLimiting;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Registry;
using Polly.Timeout;

namespace DurableMesh.Functions.Adapters;

/// <summary>
/// Makes the calls of agents: so many at once in all and of each agent, each within its time, and none while an agent is taken to
/// be away. The next try is the orchestration's business; this makes one.
/// </summary>
public sealed class AdapterCalls : IDisposable
{
    private readonly Dictionary<AdapterKind, IAdapter> _adapters;
    private readonly ResponderOptions _limits;
    private readonly AgentReaches _reaches;
    private readonly ConcurrencyLimiter _all;
    private readonly ResiliencePipelineRegistry<string> _pipelines = new();
    private readonly TimeProvider _time;

    /// <summary>Creates it.</summary>
    /// <param name="adapters">The ways to reach agents.</param>
    /// <param name="options">The limits.</param>
    /// <param name="reaches">Hears who is away, and who is back.</param>
    /// <param name="time">The clock.</param>
    public AdapterCalls(
        IEnumerable<IAdapter> adapters, IOptions<MeshOptions> options, AgentReaches reaches, TimeProvider time)
    {
        _adapters = adapters.ToDictionary(adapter => adapter.Kind);
        (_limits, _reaches, _time) = (options.Value.Responder, reaches, time);
        _all = new ConcurrencyLimiter(Limit(_limits.MaxCalls));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipelines.Dispose();
        _all.Dispose();
    }

    /// <summary>What a call can take at most; null where nobody knows.</summary>
    /// <param name="call">The call.</param>
    public Usage? WorstCase(AdapterCall call) => _adapters.GetValueOrDefault(call.Adapter.Kind)?.WorstCase(call);

    /// <summary>Makes a call. Whatever the other side does, it is an answer or a failure, and throws nothing.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<AdapterAnswer> AskAsync(AdapterCall call, CancellationToken cancellation)
    {
        if (_adapters.GetValueOrDefault(call.Adapter.Kind) is not { } adapter)
        {
            return new AdapterAnswer(new RunEnd.Failed($"'{call.Agent.Id}' comes for its messages itself.", ForGood: true));
        }

        try
        {
            return await PipelineOf(call.Agent.Id).ExecuteAsync(
                static async (state, stop) => await state.adapter.AskAsync(state.call, stop), (adapter, call), cancellation);
        }
        catch (BrokenCircuitException broken)
        {
            return new AdapterAnswer(
                new RunEnd.Later($"'{call.Agent.Id}' does not answer.", broken.RetryAfter ?? _limits.BreakFor));
        }
        catch (TimeoutRejectedException)
        {
            // It may have worked until now.
            return new AdapterAnswer(
                new RunEnd.Later($"'{call.Agent.Id}' did not answer within {_limits.Timeout.TotalSeconds} s."),
                Spent: adapter.WorstCase(call));
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not Store.StoreUnavailableException)
        {
            return new AdapterAnswer(
                new RunEnd.Failed($"The call of '{call.Agent.Id}' failed: {failure.Message}"), Spent: adapter.WorstCase(call));
        }
    }

    private ResiliencePipeline<AdapterAnswer> PipelineOf(string agent) =>
        _pipelines.GetOrAddPipeline<AdapterAnswer>(agent, builder =>
        {
            builder.TimeProvider = _time;
            builder
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AdapterAnswer>
                {
                    FailureRatio = 1,
                    MinimumThroughput = _limits.BreakAfter,
                    SamplingDuration = TimeSpan.FromMinutes(10),
                    BreakDuration = _limits.BreakFor,
                    ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome
                        is { Result: { End: RunEnd.Later, IsAtWork: false } } or { Exception: TimeoutRejectedException }),
                    OnOpened = arguments => _reaches.AwayAsync(agent, Why(arguments.Outcome)),
                    OnClosed = _ => _reaches.BackAsync(agent),
                })
                .AddConcurrencyLimiter(Limit(_limits.MaxCallsPerAgent))

                // Inside the agent's own limit: who waits for that one keeps no other from being called.
                .AddRateLimiter(new RateLimiterStrategyOptions
                {
                    RateLimiter = arguments => _all.AcquireAsync(1, arguments.Context.CancellationToken),
                })
                .AddTimeout(_limits.Timeout);
        });

    private static string Why(Outcome<AdapterAnswer> outcome) =>
        outcome.Result?.End is RunEnd.Later later ? later.Why : "It did not answer in time.";

    // Who has to wait waits in an activity, of which a host runs only so many.
    private static ConcurrencyLimiterOptions Limit(int permits) => new() { PermitLimit = permits, QueueLimit = int.MaxValue };
}
