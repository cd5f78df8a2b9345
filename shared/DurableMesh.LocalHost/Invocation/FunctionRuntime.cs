using Azure.Core.Serialization;

using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>What all invocations share.</summary>
internal sealed class FunctionRuntime : IDisposable
{
    /// <summary>How long requests under way go on undisturbed once the host stops; long enough for all but long polls.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenRegistration _stop;

    public FunctionRuntime(
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        IServiceScopeFactory scopes,
        IOptions<WorkerOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider time)
    {
        Scopes = scopes;
        Serializer = options.Value.Serializer!;
        Pipeline = middleware.Reverse().Aggregate((FunctionExecutionDelegate)RunAsync, (next, step) => step(next));
        _stopping = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Stopping = _stopping.Token;
        _stop = lifetime.ApplicationStopping.Register(() => _stopping.CancelAfter(StopGrace));
    }

    public IServiceScopeFactory Scopes { get; }

    public ObjectSerializer Serializer { get; }

    /// <summary>The app's middleware in the order of its registration, and at last the function.</summary>
    public FunctionExecutionDelegate Pipeline { get; }

    /// <summary>Cancelled a moment after the host began to stop.</summary>
    public CancellationToken Stopping { get; }

    public void Dispose()
    {
        _stop.Dispose();
        _stopping.Dispose();
    }

    private static async Task RunAsync(FunctionContext context)
    {
        var invocation = (FunctionInvocationContext)context;
        invocation.Result = await ((LocalFunction)invocation.FunctionDefinition).Body(invocation);
    }
}
