using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DurableMesh.LocalHost.Functions;

/// <summary>
/// One HTTP request that runs a function. While it runs, the request counts as aborted also when the host stops, so that a long
/// poll ends in time; its answer is then written with the connection's own lifetime, or it could not be written any more.
/// </summary>
internal sealed class HttpInvocation : FunctionInvocationContext, IHttpRequestLifetimeFeature, IDisposable
{
    private readonly IHttpRequestLifetimeFeature _connection;
    private readonly CancellationToken _stopping;
    private CancellationTokenSource? _ends;

    public HttpInvocation(LocalFunction function, HttpContext http, CancellationToken stopping)
        : base(function)
    {
        Http = http;
        _stopping = stopping;
        _connection = http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        http.Features.Set<IHttpRequestLifetimeFeature>(this);
    }

    public HttpContext Http { get; }

    public override IServiceProvider InstanceServices
    {
        get => Http.RequestServices;
        set => Http.RequestServices = value;
    }

    public override CancellationToken CancellationToken =>
        (_ends ??= CancellationTokenSource.CreateLinkedTokenSource(_connection.RequestAborted, _stopping)).Token;

    CancellationToken IHttpRequestLifetimeFeature.RequestAborted
    {
        get => CancellationToken;
        set => _ends = CancellationTokenSource.CreateLinkedTokenSource(value);
    }

    public void Abort() => _connection.Abort();

    /// <summary>Ends the function's part of the request.</summary>
    public void Dispose()
    {
        Http.Features.Set(_connection);
        _ends?.Dispose();
    }

    protected override IDictionary<object, object> CreateItems() =>
        new Dictionary<object, object> { [InvocationItems.HttpContext] = Http };
}
