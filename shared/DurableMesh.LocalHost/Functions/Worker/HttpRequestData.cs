namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>
/// A request as the worker's own HTTP model has it. The local host binds ASP.NET Core's <c>HttpRequest</c> only; the type is here
/// because signatures name it.
/// </summary>
public abstract class HttpRequestData
{
    /// <summary>Creates the request.</summary>
    /// <param name="functionContext">The invocation.</param>
    public HttpRequestData(FunctionContext functionContext) => FunctionContext = functionContext;

    /// <summary>The URL that was requested.</summary>
    public abstract Uri Url { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }
}
