using DurableMesh.Core.A2A;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.A2A;

/// <summary>One request of A2A, of either binding.</summary>
/// <param name="Request">The HTTP request.</param>
/// <param name="Client">The Durable Task client.</param>
/// <param name="Agent">The agent whose address it is; null for the mesh's own.</param>
/// <param name="Registry">The agents.</param>
/// <param name="Address">Where the mesh is reached, without a slash at its end.</param>
internal sealed record A2aCall(
    HttpRequest Request, DurableTaskClient Client, string? Agent, AgentRegistry Registry, string Address)
{
    private const string VersionHeader = "A2A-Version";

    /// <summary>Who asks.</summary>
    public Caller Caller => Caller.Of(Request);

    /// <summary>The query's parameters that every request may have.</summary>
    public static IReadOnlyList<string> Parameters { get; } = [VersionHeader, "tenant"];

    /// <summary>Looks at what all requests have: the version, and whose address it is.</summary>
    /// <exception cref="A2aException">The version is none that is spoken here.</exception>
    /// <exception cref="Http.ProblemException">There is no such agent.</exception>
    public static async ValueTask<A2aCall> BeginAsync(
        HttpRequest request,
        DurableTaskClient client,
        string agent,
        IAgentDirectory agents,
        A2aOptions options,
        CancellationToken cancellation)
    {
        MustSpeak(request);
        if (request.Headers["A2A-Extensions"].ToString().Contains(A2aExtensionData.Uri, StringComparison.Ordinal))
        {
            request.HttpContext.Response.Headers["A2A-Extensions"] = A2aExtensionData.Uri;
        }

        var registry = await agents.ReadAsync(cancellation);
        var id = agent == A2aCards.Mesh ? null : registry.Demand(agent).Id;
        return new A2aCall(request, client, id, registry, AddressOf(request, options));
    }

    /// <summary>Where the mesh is reached: as the settings say, or as whoever asks does it.</summary>
    public static string AddressOf(HttpRequest request, A2aOptions options) => options.Address is { Length: > 0 } address
        ? address.TrimEnd('/')
        : $"{request.Scheme}://{request.Host}{request.PathBase}";

    private static void MustSpeak(HttpRequest request)
    {
        var asked = request.Headers[VersionHeader].ToString() is { Length: > 0 } header
            ? header.Trim()
            : request.Query[VersionHeader].ToString().Trim();
        if (asked == A2aCards.Version || asked.StartsWith($"{A2aCards.Version}.", StringComparison.Ordinal))
        {
            return;
        }

        throw new A2aException(new A2aError
        {
            Kind = A2aErrorKind.VersionNotSupported,
            Message = asked.Length == 0
                ? $"Without the header {VersionHeader} a request is of version 0.3, which is not spoken here. Send "
                    + $"{VersionHeader}: {A2aCards.Version}."
                : $"That version of A2A is not spoken here. Send {VersionHeader}: {A2aCards.Version}.",
            Metadata = new Dictionary<string, string> { ["supportedVersions"] = A2aCards.Version },
        });
    }
}
