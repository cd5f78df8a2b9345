using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Agents.Presets;
using DurableMesh.Client;

namespace DurableMesh.Cli.Doctor;

/// <summary>Looks at the mesh that the command line names.</summary>
/// <param name="client">The way to it.</param>
/// <param name="hasKey">Whether it is asked with a key.</param>
/// <param name="mesh">How the user calls this program.</param>
/// <param name="time">This machine's clock.</param>
internal sealed class MeshDoctor(MeshClient client, bool hasKey, string mesh, TimeProvider time)
{
    // A date has whole seconds, and the answer was on its way.
    private static readonly TimeSpan Same = TimeSpan.FromSeconds(3);

    private const string Identity = "identity";

    /// <summary>Looks at it.</summary>
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(CancellationToken cancellation)
    {
        var health = await client.GetHealthAsync(cancellation);
        if (health.Report is null)
        {
            return [Absent(health)];
        }

        List<Diagnosis> found = [Host(health), .. Dependencies(health)];
        if (health.Date is { } date)
        {
            found.Add(Clock(date - time.GetUtcNow()));
        }

        if (health.Readiness == Readiness.Ready)
        {
            found.Add(await KeyAsync(cancellation));
            found.AddRange(await PolicyAsync(cancellation));
        }

        return found;
    }

    private Diagnosis Absent(MeshHealth health)
    {
        var at = client.Address;
        if (!at.IsLoopback)
        {
            return new(Health.Missing, "mesh", $"{at} does not answer ({health.Why}): look at --url or {MeshVariables.Url}");
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, at.Port);
            listener.Start();
            return new(Health.Remark, "mesh", $"none runs at {at}, and its port is free: '{mesh} up' starts one");
        }
        catch (SocketException)
        {
            return new(
                Health.Missing, "mesh", $"port {at.Port} is taken by something that is no mesh: free it, or use another");
        }
    }

    private Diagnosis Host(MeshHealth health) => health.Readiness switch
    {
        Readiness.Ready => new(Health.Good, "mesh", $"{client.Address} is up and ready"),
        Readiness.StandingBy => new(Health.Remark, "mesh", $"{client.Address} stands by: {health.Why}"),
        _ => new(Health.Missing, "mesh", $"{client.Address} is not ready: what it waits for stands below, and in its log"),
    };

    private static IEnumerable<Diagnosis> Dependencies(MeshHealth health)
    {
        foreach (var one in (Parse(health.Report!)?["dependencies"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var (name, detail) = ($"{one["name"]}", (string?)one["detail"]);
            var state = (bool?)one["healthy"] != true ? Health.Missing : detail is null ? Health.Good : Health.Remark;
            yield return new(state, name, detail ?? (name == Identity ? "requests need a key" : "answers"));
        }
    }

    private static JsonNode? Parse(byte[] report)
    {
        try
        {
            return JsonNode.Parse(report);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Diagnosis Clock(TimeSpan ahead)
    {
        var seconds = ahead.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        return ahead.Duration() <= Same
            ? new(Health.Good, "clock", "the mesh's clock and this machine's agree")
            : new(Health.Missing, "clock", $"the mesh's clock is {seconds} s ahead of this one: let both follow a time server");
    }

    private async Task<Diagnosis> KeyAsync(CancellationToken cancellation)
    {
        try
        {
            await client.GetStatsAsync(cancellation);
            return new(Health.Good, "key", hasKey ? "the key works" : "none is set, and the mesh asks for none");
        }
        catch (MeshProblemException refused)
        {
            var advice = refused.Status == HttpStatusCode.Unauthorized
                ? $" Set {MeshVariables.Key} to a key that an operator issued ('{mesh} keys issue')."
                : "";
            return new(Health.Missing, "key", $"{refused.Problem.Detail ?? refused.Problem.Title}{advice}");
        }
        catch (MeshUnreachableException away)
        {
            return new(Health.Missing, "key", away.Message);
        }
    }

    /// <summary>Only operators may see the policy, so that there may be nothing to say.</summary>
    private async Task<IReadOnlyList<Diagnosis>> PolicyAsync(CancellationToken cancellation)
    {
        try
        {
            return await client.GetPolicyAsync(cancellation) is { Failure: { } failure }
                ? [new(Health.Missing, "policy", $"the file has changed and cannot be read, the last one is in force: {failure}")]
                : [];
        }
        catch (Exception unknown) when (unknown is MeshProblemException or MeshUnreachableException)
        {
            return [];
        }
    }
}
