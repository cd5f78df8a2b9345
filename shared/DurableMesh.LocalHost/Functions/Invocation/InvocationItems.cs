namespace DurableMesh.LocalHost.Functions;

/// <summary>Keys of <c>FunctionContext.Items</c>; the same as the official worker's, so that a test's own context works too.</summary>
internal static class InvocationItems
{
    public const string HttpContext = "HttpRequestContext";
}
