using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function for each HTTP request to its route.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Takes every method, at the authorization level <see cref="AuthorizationLevel.Function"/>.</summary>
    public HttpTriggerAttribute()
        : this(AuthorizationLevel.Function, [])
    {
    }

    /// <summary>Takes the given methods, at the authorization level <see cref="AuthorizationLevel.Function"/>.</summary>
    /// <param name="methods">HTTP methods in any case; none means every method.</param>
    public HttpTriggerAttribute(params string[] methods)
        : this(AuthorizationLevel.Function, methods)
    {
    }

    /// <summary>Takes every method.</summary>
    /// <param name="authLevel">The key that a caller needs in the cloud.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel)
        : this(authLevel, [])
    {
    }

    /// <summary>Takes the given methods.</summary>
    /// <param name="authLevel">The key that a caller needs in the cloud.</param>
    /// <param name="methods">HTTP methods in any case; none means every method.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>
    /// The route template below host.json's <c>routePrefix</c>, without a leading slash, for instance
    /// <c>orders/{id:guid}</c>. Null stands for the function's name.
    /// </summary>
    public string? Route { get; set; }

    /// <summary>The HTTP methods; null or empty means every method.</summary>
    public string[]? Methods { get; }

    /// <summary>The key that a caller needs in the cloud. Accepted and not asked for on a local machine.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
