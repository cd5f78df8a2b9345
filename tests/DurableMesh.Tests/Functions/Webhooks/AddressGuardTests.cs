using System.Net;
using System.Net.Sockets;
using DurableMesh.Functions;
using DurableMesh.Functions.Webhooks;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Webhooks;

public sealed class AddressGuardTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001::1")]
    [InlineData("::7f00:1")]
    public void Private_addresses_are_known_in_every_form(string address) =>
        Assert.True(AddressGuard.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are_public(string address) => Assert.False(AddressGuard.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("ftp://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:word@example.org/")]
    [InlineData("https://example.org/#part")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:169.254.169.254]/")]
    [InlineData("https://localhost/")]
    public async Task What_names_no_public_place_is_refused_at_once(string url) =>
        Assert.NotNull(await Guard().ObjectionAsync(new Uri(url), Cancellation));

    [Theory]
    [InlineData("https://8.8.8.8/hook?a=b")]
    [InlineData("https://name-that-nobody-has.invalid/")]
    public async Task What_may_be_public_is_left_to_the_connection(string url) =>
        Assert.Null(await Guard().ObjectionAsync(new Uri(url), Cancellation));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    public async Task No_connection_is_made_to_a_private_address(string host)
    {
        using var listener = Listen(out var port);
        using var client = Guard().CreateClient(TimeSpan.FromSeconds(30));

        var refused = await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => client.GetAsync(new Uri($"http://{host}:{port}/"), Cancellation));

        Assert.IsType<AddressRefusedException>(refused.InnerException);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_host_that_is_allowed_is_reached_and_no_other()
    {
        using var listener = Listen(out var port);
        using var client = Guard(allow: " example.org , 127.0.0.1").CreateClient(TimeSpan.FromSeconds(30));
        var answer = AnswerAsync(listener, "HTTP/1.1 204 No Content\r\n\r\n");

        Assert.Equal(
            HttpStatusCode.NoContent, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), Cancellation)).StatusCode);
        await answer;
        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => client.GetAsync(new Uri($"http://127.0.0.2:{port}/"), Cancellation));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var listener = Listen(out var port);
        using var client = Guard(allow: "127.0.0.1").CreateClient(TimeSpan.FromSeconds(30));
        var answer = AnswerAsync(
            listener, $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/else\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(
            HttpStatusCode.Found, (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), Cancellation)).StatusCode);
        await answer;
        Assert.False(listener.Pending());
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = connection.GetStream();
        await stream.ReadAtLeastAsync(new byte[4096], 16, cancellationToken: Cancellation);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), Cancellation);
    }

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private static AddressGuard Guard(string allow = "") =>
        new(Options.Create(new MeshOptions { Webhooks = { Allow = allow } }));
}
