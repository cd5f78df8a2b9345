using System.Net;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using DurableMesh.Tests.EndToEnd.Devices;

namespace DurableMesh.Tests.Client;

/// <summary>The way to the mesh: what may go over it, whom it trusts, and how a dead one is noticed.</summary>
public sealed class MeshLinkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://anvil.example:7071", false)]
    [InlineData("http://100.64.0.7:7071", false)]
    [InlineData("https://anvil.example", true)]
    [InlineData("http://localhost:7071", true)]
    [InlineData("http://127.0.0.1:7071", true)]
    [InlineData("http://[::1]:7071", true)]
    public void A_key_goes_over_plain_http_to_this_machine_only(string url, bool goes)
    {
        MeshClient Connect(string? key, bool allow = false) =>
            MeshClient.Connect(new Uri(url), key, new MeshLinkOptions { AllowKeyOverHttp = allow });

        Connect(null);
        Connect("dmk_x", allow: true);
        if (goes)
        {
            Connect("dmk_x");
            return;
        }

        var refused = Assert.Throws<MeshLinkException>(() => Connect("dmk_x"));
        Assert.Contains("https", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ssh -L", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MESH_INSECURE_HTTP", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("dmk_x", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_behind_a_private_authority_is_trusted_where_its_certificate_is_named()
    {
        await using var mesh = await FakeMesh.StartAsync();
        await using var front = TlsFront.Start(IPAddress.Loopback, new Uri(mesh.Url));
        using var authority = new TemporaryFile(front.Pem);
        var thread = mesh.Open();

        var trusting = MeshClient.Connect(
            new Uri(front.Url), "dmk_x", new MeshLinkOptions { CertificateAuthorities = authority.Path });
        Assert.Equal(thread.ThreadId, (await trusting.GetThreadAsync(thread.ThreadId, Stop)).ThreadId);

        var other = MeshClient.Connect(new Uri(front.Url), "dmk_x", new MeshLinkOptions());
        Assert.Equal(Readiness.NotReady, await other.GetReadinessAsync(Stop));
    }

    [Theory]
    [InlineData("no certificate at all", "no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n", "cannot be read")]
    [InlineData(null, "cannot be read")]
    public void A_file_without_certificates_is_said_and_not_taken_for_trust(string? content, string expected)
    {
        using var file = new TemporaryFile(content ?? "");
        var options = new MeshLinkOptions { CertificateAuthorities = content is null ? file.Path + ".not" : file.Path };

        var refused = Assert.Throws<MeshLinkException>(() => MeshClient.Connect(new Uri("https://anvil.example"), link: options));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_says_nothing_is_given_up_after_its_wait_and_a_margin_and_asked_anew()
    {
        using var link = new SilentOnce();
        var client = new MeshClient(
            new HttpClient(link) { BaseAddress = new Uri("http://mesh/") }, HurriedTime.Instance, TimeSpan.FromMilliseconds(50));

        var page = await client.GetMessagesAsync("t", 0, to: null, TimeSpan.FromMilliseconds(250), Stop);

        Assert.Equal(ThreadPhase.Open, page.ThreadState);
        Assert.Equal(2, link.Requests);
        Assert.True(link.GivenUpAfter >= TimeSpan.FromMilliseconds(290));
    }

    /// <summary>Says nothing to the first request.</summary>
    private sealed class SilentOnce : HttpMessageHandler
    {
        public int Requests { get; private set; }

        public TimeSpan GivenUpAfter { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (++Requests == 1)
            {
                long began = TimeProvider.System.GetTimestamp();
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                GivenUpAfter = TimeProvider.System.GetElapsedTime(began);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"threadId":"t","threadState":"open","messages":[],"nextAfter":0}"""),
            };
        }
    }
}
