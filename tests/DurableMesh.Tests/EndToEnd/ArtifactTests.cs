using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Client;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// Files that travel through the real host over a real storage: large ones, broken ones, and those that zones redact.
/// </summary>
public sealed class ArtifactTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    private const int Limit = ArtifactRules.MaxBytes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5 * 1024 * 1024)]
    [InlineData(Limit)]
    public async Task A_file_reaches_the_other_party_byte_for_byte(int size)
    {
        string id = await mesh.OpenAsync();
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);

        Artifact kept = await mesh.ClientOf(MeshHost.Builder)
            .PutArtifactAsync(id, MeshHost.Builder, "work.tar", content, Cancellation);
        byte[] got = await mesh.ClientOf(MeshHost.Verifier).GetArtifactAsync(id, kept.Sha256, Cancellation);

        Assert.Equal((ContentHash.Hex(content), size), (ContentHash.Hex(got), got.Length));
        using var http = new HttpClient { BaseAddress = mesh.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", mesh.KeyOf(MeshHost.Verifier));
        Assert.Equal(size, (await http.GetByteArrayAsync(new Uri(kept.Uri!, UriKind.Relative), Cancellation)).Length);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task What_a_page_may_send_without_asking_first_is_no_upload(string? type)
    {
        string id = await mesh.OpenAsync();
        using var request = Upload(id, new ByteArrayContent([1, 2, 3]));
        request.Content!.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        using var http = new HttpClient { BaseAddress = mesh.Address };

        using HttpResponseMessage response = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData(Limit + 1, false)]
    [InlineData(Limit + 1, true)]
    [InlineData(40 * 1024 * 1024, true)]
    public async Task A_file_that_is_too_large_is_told_so_whether_or_not_it_says_its_length(int size, bool chunked)
    {
        string id = await mesh.OpenAsync();
        using var request = Upload(id, new StreamContent(new MemoryStream(new byte[size])));
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.TransferEncodingChunked = chunked;
        using var http = new HttpClient { BaseAddress = mesh.Address };

        using HttpResponseMessage response = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        Assert.Equal("artifact_too_large", problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing_and_hurts_nobody()
    {
        string id = await mesh.OpenAsync();
        byte[] half = "half of a file"u8.ToArray();
        foreach (string length in (string[])["Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nE\r\n"])
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(mesh.Address.Host, mesh.Address.Port, Cancellation);
            string head = $"POST /api/threads/{id}/artifacts?from={MeshHost.Builder}&name=x HTTP/1.1\r\n"
                + $"Host: {mesh.Address.Authority}\r\n"
                + $"Authorization: Bearer {mesh.KeyOf(MeshHost.Builder)}\r\n{length}";
            NetworkStream stream = tcp.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
            await stream.WriteAsync(half, Cancellation);
            tcp.Client.Shutdown(SocketShutdown.Send);

            // Whether it answers or resets the connection: then it has done with the upload.
            try
            {
                await stream.CopyToAsync(Stream.Null, Cancellation);
            }
            catch (IOException)
            {
            }
        }

        MeshClient client = mesh.ClientOf(MeshHost.Builder);
        MeshProblemException missing = await Assert.ThrowsAsync<MeshProblemException>(
            () => client.GetArtifactAsync(id, ContentHash.Hex(half), Cancellation));
        Assert.Equal("artifact_not_found", missing.Problem.Code);
        KeptArtifact kept = await client.KeepArtifactAsync(id, MeshHost.Builder, "x", half, Cancellation);
        Assert.Equal(half.Length, kept.Size);
    }

    [Fact]
    public async Task A_restricted_agents_file_leaves_its_zone_redacted_and_binary_not_at_all()
    {
        string id = await mesh.OpenAsync(request => request["responder"] = GuardedMesh.Restricted);
        MeshClient restricted = mesh.ClientOf(GuardedMesh.Restricted);
        byte[] log = Encoding.UTF8.GetBytes("""{"log":"from kari\u0040example.org\n4111111111111111"}""" + "\n");

        KeptArtifact kept = await restricted.KeepArtifactAsync(id, GuardedMesh.Restricted, "log.json", log, Cancellation);
        byte[] got = await mesh.ClientOf(MeshHost.Builder).GetArtifactAsync(id, kept.Sha256, Cancellation);

        Assert.Equal("""{"email":1,"payment_card":1}""", kept.Redactions!.ToString());
        Assert.Matches(
            @"^\{""log"":""from \[email:[0-9a-f]{8}\]\\n\[payment_card:[0-9a-f]{8}\]""\}$", Encoding.UTF8.GetString(got));
        MeshProblemException refused = await Assert.ThrowsAsync<MeshProblemException>(
            () => restricted.KeepArtifactAsync(id, GuardedMesh.Restricted, "a.out", new byte[] { 1, 0 }, Cancellation));
        Assert.Equal("binary_not_allowed", refused.Problem.Code);

        // The other direction is open.
        await mesh.ClientOf(MeshHost.Builder).PutArtifactAsync(id, MeshHost.Builder, "a.out", new byte[] { 1, 0 }, Cancellation);
    }

    [Fact]
    public async Task A_stranger_gets_nothing_by_a_hash()
    {
        string id = await mesh.OpenAsync();
        Artifact kept = await mesh.ClientOf(MeshHost.Builder)
            .PutArtifactAsync(id, MeshHost.Builder, "x", "secret"u8.ToArray(), Cancellation);

        MeshProblemException refused = await Assert.ThrowsAsync<MeshProblemException>(
            () => mesh.ClientOf("vizu-builder").GetArtifactAsync(id, kept.Sha256, Cancellation));

        Assert.Equal("not_a_party", refused.Problem.Code);
        Assert.Equal(6, (await mesh.ClientOf(GuardedMesh.Operator).GetArtifactAsync(id, kept.Sha256, Cancellation)).Length);
    }

    private HttpRequestMessage Upload(string threadId, HttpContent content) => new(
        HttpMethod.Post,
        new Uri($"/api/threads/{threadId}/artifacts?from={MeshHost.Builder}&name=x", UriKind.Relative))
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", mesh.KeyOf(MeshHost.Builder)) },
        Content = content,
    };
}
