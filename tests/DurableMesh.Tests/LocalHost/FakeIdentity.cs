using Azure.Core;
using Azure.Identity;

namespace DurableMesh.Tests.LocalHost;

/// <summary>An identity that nobody signed in.</summary>
internal sealed class FakeIdentity : TokenCredential
{
    public const string Refusal = "Nobody is signed in.";

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new CredentialUnavailableException($"{Refusal}\nAnd more lines.");

    public override ValueTask<AccessToken> GetTokenAsync(
        TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new CredentialUnavailableException($"{Refusal}\nAnd more lines.");
}
