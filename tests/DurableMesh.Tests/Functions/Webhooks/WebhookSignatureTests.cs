using System.Text;
using DurableMesh.Functions.Webhooks;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;

namespace DurableMesh.Tests.Functions.Webhooks;

public sealed class WebhookSignatureTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("a tracker's secret, no base64")]
    public void Others_who_know_the_standard_take_it_for_ours(string? secret)
    {
        secret ??= WebhookSignature.NewSecret();
        const string body = """{"text":"Grüße"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.org");

        WebhookSignature.Sign(request, secret, "t/1", DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(body));

        var headers = new HeaderDictionary();
        foreach (var (name, values) in request.Headers)
        {
            headers[name] = values.ToArray();
        }

        var verifier = secret.StartsWith("whsec_", StringComparison.Ordinal)
            ? new StandardWebhook(secret)
            : new StandardWebhook(Encoding.UTF8.GetBytes(secret));
        verifier.Verify(body, headers);
        Assert.ThrowsAny<Exception>(() => verifier.Verify(body + " ", headers));
        headers["webhook-id"] = "t/2";
        Assert.ThrowsAny<Exception>(() => verifier.Verify(body, headers));
    }

    [Fact]
    public void A_known_answer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.org");

        WebhookSignature.Sign(
            request,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330),
            """{"test": 2432232314}"""u8);

        // The example of the standard's own libraries.
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", request.Headers.GetValues("webhook-signature").Single());
    }

    [Fact]
    public void Secrets_are_long_and_differ()
    {
        var (one, two) = (WebhookSignature.NewSecret(), WebhookSignature.NewSecret());

        Assert.NotEqual(one, two);
        Assert.Equal(32, Convert.FromBase64String(one["whsec_".Length..]).Length);
    }
}
