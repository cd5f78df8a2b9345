using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.LocalHost;

namespace DurableMesh.Tests.TaskHub.Storage;

public sealed class AzureErrorsTests
{
    private const string Account =
        "DefaultEndpointsProtocol=https;AccountName=example;AccountKey=bm90IGEga2V5;EndpointSuffix=core.windows.net";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(409, "BlockCountExceedsLimit", typeof(SegmentFullException))]
    [InlineData(412, "AppendPositionConditionNotMet", typeof(AppendPositionException))]
    [InlineData(404, "BlobNotFound", typeof(AppendPositionException))]
    [InlineData(404, "ContainerNotFound", typeof(AppendPositionException))]
    [InlineData(409, "ContainerBeingDeleted", typeof(StorageUnavailableException))]
    [InlineData(403, "AuthenticationFailed", typeof(StorageUnavailableException))]
    [InlineData(429, "TooManyRequests", typeof(StorageUnavailableException))]
    [InlineData(500, "InternalError", typeof(StorageUnavailableException))]
    [InlineData(500, "OperationTimedOut", typeof(StorageUnavailableException))]
    [InlineData(503, "ServerBusy", typeof(StorageUnavailableException))]
    public async Task An_append_maps_what_the_service_answers(int status, string code, Type expected)
    {
        var service = new FakeService();
        var partition = await OwnedPartitionAsync(service);
        service.AppendAnswer = () => FakeService.Refusal(status, code);

        var error = await Record.ExceptionAsync(() => partition.AppendAsync(1, 0, new byte[] { 1 }, Cancellation));

        Assert.IsType(expected, error);
        Assert.Equal(1, service.Appends);
    }

    [Theory]
    [InlineData("LeaseIdMissing")]
    [InlineData("LeaseIdMismatchWithBlobOperation")]
    [InlineData("LeaseNotPresentWithBlobOperation")]
    [InlineData("LeaseLost")]
    public async Task An_append_that_is_refused_for_its_lease_is_tried_once_more_and_then_the_lease_is_lost(string code)
    {
        var service = new FakeService();
        var partition = await OwnedPartitionAsync(service);
        service.AppendAnswer = () => FakeService.Refusal(412, code);

        await Assert.ThrowsAsync<LeaseLostException>(() => partition.AppendAsync(1, 0, new byte[] { 1 }, Cancellation));
        Assert.Equal(2, service.Appends);
        await Assert.ThrowsAsync<LeaseLostException>(() => partition.AppendAsync(1, 0, new byte[] { 1 }, Cancellation));
        Assert.Equal(2, service.Appends);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_a_storage_away_and_names_the_endpoint_but_no_secret()
    {
        var service = new FakeService();
        var partition = await OwnedPartitionAsync(service);
        service.AppendAnswer = () => throw new SocketException((int)SocketError.ConnectionReset);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => partition.AppendAsync(1, 0, new byte[] { 1 }, Cancellation));
        service.AppendAnswer = () => throw new HttpRequestException("refused");

        var error = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => partition.AppendAsync(1, 0, new byte[] { 1 }, Cancellation));

        Assert.Equal(
            "Azure Storage cannot append to the log now at "
            + "https://example.blob.core.windows.net/durablemesh-hub/p00/log-00000001: refused",
            error.Message);
    }

    [Fact]
    public async Task An_identity_that_gets_no_token_is_a_storage_away()
    {
        var container = HubContainer.Open(new TaskHubOptions
        {
            BlobServiceUri = new Uri("https://example.blob.core.windows.net"),
            Credential = new FakeIdentity(),
        });

        var error = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => AzureHubStorageTests.Hub(container).EnsureHubAsync(1, Cancellation));

        Assert.EndsWith($"at https://example.blob.core.windows.net/durablemesh-hub: {FakeIdentity.Refusal}", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeout_is_a_storage_away_and_a_cancellation_is_a_cancellation()
    {
        var service = new FakeService();
        var partition = await OwnedPartitionAsync(service);
        service.AppendAnswer = () => throw new TaskCanceledException("too slow");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => partition.AppendAsync(1, 0, new byte[] { 1 }, Cancellation));

        using var source = new CancellationTokenSource();
        service.AppendAnswer = () =>
        {
            source.Cancel();
            throw new OperationCanceledException(source.Token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => partition.AppendAsync(1, 0, new byte[] { 1 }, source.Token));
    }

    [Theory]
    [InlineData("durablemesh", "durablemesh-hub")]
    [InlineData("MyHub2", "myhub2-hub")]
    public void A_hub_has_a_container_of_its_own(string hubName, string container) =>
        Assert.Equal(container, HubContainer.NameOf(hubName));

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("2hub")]
    [InlineData("my-hub")]
    [InlineData("hub/../x")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijabcdef")]
    public void A_hub_name_that_Durable_Functions_would_refuse_is_refused(string hubName)
    {
        var error = Assert.Throws<ArgumentException>(() => HubContainer.NameOf(hubName));

        Assert.Contains("3 to 45 letters and digits", error.Message, StringComparison.Ordinal);
    }

    private static async Task<IPartitionStorage> OwnedPartitionAsync(FakeService service)
    {
        BlobContainerClient container = HubContainer.Open(Account, "durablemesh", service);
        var partition = AzureHubStorageTests.Hub(container).OpenPartition(0);
        var attempt = await partition.TryAcquireLeaseAsync(ProcessIdentity.Current.AsOwner("first", address: null), Cancellation);
        Assert.True(attempt.Acquired);
        return partition;
    }

    /// <summary>A blob service that grants every lease, lists nothing, and answers appends as it is told.</summary>
    private sealed class FakeService : HttpMessageHandler
    {
        public Func<HttpResponseMessage> AppendAnswer { get; set; } = () => new HttpResponseMessage(HttpStatusCode.Created);

        public int Appends { get; private set; }

        public static HttpResponseMessage Refusal(int status, string code)
        {
            var body = $"<Error><Code>{code}</Code><Message>Refused.</Message></Error>";
            var answer = new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/xml"),
            };
            answer.Headers.Add("x-ms-error-code", code);
            return answer;
        }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (request.RequestUri!.Query.Contains("appendblock", StringComparison.Ordinal))
            {
                Appends++;
                return AppendAnswer();
            }

            var answer = new HttpResponseMessage(request.Method == HttpMethod.Get ? HttpStatusCode.OK : HttpStatusCode.Created)
            {
                Content = new StringContent(
                    request.Method == HttpMethod.Get ? "<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>" : ""),
            };
            foreach (var (name, values) in request.Headers)
            {
                if (name is "x-ms-lease-id" or "x-ms-proposed-lease-id")
                {
                    answer.Headers.Add("x-ms-lease-id", values);
                }
            }

            answer.Headers.Add("ETag", "\"1\"");
            answer.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
            if (request.Headers.TryGetValues("x-ms-lease-action", out var action))
            {
                answer.StatusCode = action.Single() == "acquire" ? HttpStatusCode.Created : HttpStatusCode.OK;
            }

            return answer;
        }
    }
}
