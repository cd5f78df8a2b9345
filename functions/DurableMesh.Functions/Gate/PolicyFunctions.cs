using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Gate;

/// <summary>The policy over HTTP; it is changed in its file.</summary>
public sealed class PolicyFunctions(IPolicySource policies)
{
    /// <summary><c>GET /policy</c>.</summary>
    [Function("GetPolicy")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/policy")] HttpRequest request)
    {
        new Query(request).ThrowIfWrong();
        var policy = policies.Current;
        return new JsonAnswer<PolicyView>(new PolicyView(policy.Hash, policies.Failure, policy.Text));
    }
}
