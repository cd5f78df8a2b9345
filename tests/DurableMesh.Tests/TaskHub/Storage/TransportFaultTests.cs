using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Tests.TaskHub.Storage;

public sealed class TransportFaultTests
{
    public static TheoryData<Exception> Faults =>
    [
        new SocketException((int)SocketError.ConnectionReset),
        new IOException("The response ended prematurely."),
        new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused)),
        new AuthenticationException("The handshake failed."),
        new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.", new TimeoutException()),
        new TimeoutException(),
        new ObjectDisposedException("NetworkStream"),
        new RequestFailedException("Connection refused"),
        new AggregateException(new RequestFailedException("refused"), new SocketException()),
    ];

    public static TheoryData<Exception> Defects =>
    [
        new InvalidOperationException("a defect"),
        new RequestFailedException(404, "There is no such blob."),
        new RequestFailedException(500, "InternalError"),
        new AggregateException(new IOException(), new ArgumentNullException()),
    ];

    [Theory, MemberData(nameof(Faults))]
    public void No_answer_is_a_fault_of_the_way(Exception error) => Assert.True(TransportFault.Is(error, CancellationToken.None));

    [Theory, MemberData(nameof(Defects))]
    public void An_answer_and_a_defect_are_none(Exception error) =>
        Assert.False(TransportFault.Is(error, CancellationToken.None));

    [Fact]
    public void A_caller_that_gives_up_met_no_fault() =>
        Assert.False(TransportFault.Is(new TaskCanceledException(), new CancellationToken(canceled: true)));
}
