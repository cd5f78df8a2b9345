using DurableMesh.Core.Leases;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli.Threads;

/// <summary>The route of the leases over the domain's own rules.</summary>
/// <param name="find">A thread as it is; null where there is none.</param>
internal sealed class FakeLeases(Func<string, ThreadView?> find)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Thread, string Agent), LeaseView> _leases = [];

    /// <summary>How far its clock is ahead of the machine's: a test that moves it lets leases run out.</summary>
    public TimeSpan Ahead { get; set; }

    public void Map(IEndpointRouteBuilder api) => api.MapPut("/threads/{id}/lease", async (string id, HttpRequest request) =>
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var read = RequestReader.ReadLease(body.ToArray());
        return read.Value is { } asked ? Ask(id, asked)
            : Refuse(400, read.Errors[0].Code, read.Errors[0].Message);
    });

    /// <summary>Asks as a runner would; answers the lease, or the one that is in the way.</summary>
    public LeaseDecision Decide(string threadId, LeaseRequest asked)
    {
        lock (_gate)
        {
            var key = (threadId, asked.Agent);
            var decision = LeaseRules.Decide(_leases.GetValueOrDefault(key), asked, DateTimeOffset.UtcNow + Ahead);
            _leases[key] = decision.Lease;
            return decision;
        }
    }

    /// <summary>The leases that are alive, of one thread or of all.</summary>
    public IReadOnlyList<LeaseView> AtWork(string? threadId = null)
    {
        lock (_gate)
        {
            return
            [
                .. _leases
                    .Where(one => (threadId is null || one.Key.Thread == threadId)
                        && LeaseRules.IsAlive(one.Value, DateTimeOffset.UtcNow + Ahead))
                    .Select(one => one.Value),
            ];
        }
    }

    /// <summary>The lease of an agent in a thread, alive or not; null where it never had one.</summary>
    public LeaseView? Find(string threadId, string agent)
    {
        lock (_gate)
        {
            return _leases.GetValueOrDefault((threadId, agent));
        }
    }

    private IResult Ask(string id, LeaseRequest asked) => find(id) switch
    {
        null => Refuse(404, "thread_not_found", $"There is no thread {id}."),
        { State: ThreadPhase.Ended } => Refuse(409, "thread_ended", "The thread is over."),
        var thread when asked.Agent != thread.Initiator && asked.Agent != thread.Responder =>
            Refuse(403, "not_a_party", $"'{asked.Agent}' is no party."),
        var thread when asked.Sequence > thread.Messages => Refuse(400, "unknown_message", "There is no such message."),
        _ => Decide(id, asked) switch
        {
            (var lease, null) => Results.Json(lease, MeshJson.Options),
            (var lease, LeaseRefusal.Leased) => Refuse(409, "leased", $"{lease.Holder} has it until {lease.ExpiresAt:O}.", lease),
            (var lease, _) => Refuse(409, "already_done", $"Everything up to message {lease.DoneThrough} is done with.", lease),
        },
    };

    private static IResult Refuse(int status, string code, string detail, LeaseView? lease = null) => Results.Json(
        new Problem { Title = "The mesh said no", Status = status, Code = code, Detail = detail, Lease = lease },
        MeshJson.Options,
        Problem.MediaType,
        status);
}
