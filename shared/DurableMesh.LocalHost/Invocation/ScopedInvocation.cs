using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>An invocation that has its own service scope, made when it is first asked for.</summary>
internal abstract class ScopedInvocation(LocalFunction function, IServiceScopeFactory scopes)
    : FunctionInvocationContext(function), IAsyncDisposable
{
    private AsyncServiceScope? _scope;
    private IServiceProvider? _services;

    public sealed override IServiceProvider InstanceServices
    {
        get => _services ??= (_scope = scopes.CreateAsyncScope()).Value.ServiceProvider;
        set => _services = value;
    }

    public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? ValueTask.CompletedTask;
}
