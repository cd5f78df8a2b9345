namespace DurableMesh.LocalHost;

/// <summary>Keys of <c>FunctionContext.Items</c>: the official worker's, so that a context of a test's own works too.</summary>
internal static class InvocationItems
{
    public const string HttpContext = "HttpRequestContext";
}
