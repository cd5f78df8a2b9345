using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost;

/// <summary>One HTTP request that runs a function.</summary>
internal sealed class HttpInvocation(LocalFunction function, HttpContext http, CancellationToken stopping)
    : FunctionInvocationContext(function), IDisposable
{
    private CancellationTokenSource? _ends;

    public HttpContext Http => http;

    public override IServiceProvider InstanceServices
    {
        get => http.RequestServices;
        set => http.RequestServices = value;
    }

    /// <summary>
    /// Cancelled when the caller has gone and when the host stops. <c>HttpContext.RequestAborted</c> stays the caller's alone, so
    /// that the two can be told apart and a long poll's last answer can still be written.
    /// </summary>
    public override CancellationToken CancellationToken =>
        (_ends ??= CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping)).Token;

    public void Dispose() => _ends?.Dispose();

    protected override IDictionary<object, object> CreateItems() =>
        new Dictionary<object, object> { [InvocationItems.HttpContext] = http };
}
