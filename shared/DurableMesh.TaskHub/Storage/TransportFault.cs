using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Identity;

namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// Tells that there was no answer from what is a defect: the one place that knows how a connection, a name, a certificate or an
/// identity that cannot be had looks like in .NET.
/// </summary>
public static class TransportFault
{
    /// <summary>
    /// Whether a request failed because its answer, or the way to it, was not to be had: asking again may help.
    /// </summary>
    /// <param name="error">With what it failed.</param>
    /// <param name="cancellation">
    /// The caller's token. Its cancellation is no fault; any other is how a client library reports a timeout.
    /// </param>
    public static bool Is(Exception error, CancellationToken cancellation) => error switch
    {
        OperationCanceledException => !cancellation.IsCancellationRequested,
        RequestFailedException failed => failed.Status == 0,

        // A connection that is reset while it is made, or closed under a request, comes as either of these, wrapped or bare.
        IOException or SocketException or HttpRequestException or TimeoutException or ObjectDisposedException => true,
        AuthenticationException or AuthenticationFailedException => true,
        AggregateException several => several.InnerExceptions.All(inner => Is(inner, cancellation)),
        _ => false,
    };
}
