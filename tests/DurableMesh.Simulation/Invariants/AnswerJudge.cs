using DurableMesh.Simulation.Workload;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Simulation.Invariants;

/// <summary>
/// Judges what clients are told, in the moment they are told. An answer must be true of what was durable at some time between the
/// question and the answer; what is acknowledged must be durable.
/// </summary>
/// <param name="operation">What was asked.</param>
/// <param name="hub">What is true.</param>
internal sealed class AnswerJudge(ClientOperation operation, ReferenceHub hub)
{
    private readonly long _asked = hub.Moment;
    private readonly int _purges = hub.Purges;
    private readonly ReferenceInstance _instance = hub.Instance(operation.Instance);

    /// <summary>A start, or a restart, was acknowledged.</summary>
    public void Started() => Must(
        (operation.Script is { } script ? _instance.LastStartedWith(script.Name) : _instance.LastStarted) > _asked,
        "an acknowledged start is durable");

    /// <summary>A start was refused because the instance is at work.</summary>
    public void StartRefused() =>
        Must(Seen().Any(version => version.IsOpen), "a start is refused only where an instance is at work");

    /// <summary>A restart was refused because there is no such instance.</summary>
    public void IsUnknown() => Must(Seen().Any(version => !version.Exists), "what is told of an instance is true");

    /// <summary>An event was acknowledged.</summary>
    public void Raised() => Must(
        _instance.HasArrived(operation.EventId) || Seen().Any(version => version.IsEnded) || _instance.LastPurged > _asked,
        "an acknowledged event is durable");

    /// <summary>A suspension was acknowledged.</summary>
    public void Suspended() => Must(
        _instance.LastSuspended > _asked || Seen().Any(version => !version.IsOpen), "an acknowledged suspension is durable");

    /// <summary>A resumption was acknowledged.</summary>
    public void Resumed() => Must(
        _instance.LastResumed > _asked || Seen().Any(version => !version.IsOpen), "an acknowledged resumption is durable");

    /// <summary>A termination was acknowledged.</summary>
    public void Terminated() => Must(Seen().Any(version => !version.IsOpen), "an acknowledged termination is durable");

    /// <summary>A purge was acknowledged, of so many instances.</summary>
    public void Purged(int count) => Must(
        count == 1 ? _instance.LastPurged > _asked : Seen().Any(version => !version.IsEnded), "an acknowledged purge is durable");

    /// <summary>A purge of all that has ended was acknowledged.</summary>
    public void PurgedAll(int count) => Must(hub.Purges - _purges >= count, "an acknowledged purge is durable");

    /// <summary>An instance was described, or said to be none.</summary>
    public void Described(OrchestrationMetadata? answer) => Judge(_instance, answer);

    /// <summary>An instance was said to have come to its end.</summary>
    public void Awaited(OrchestrationMetadata answer)
    {
        Must(answer.IsCompleted, "a wait for the end waits for the end");
        Judge(_instance, answer);
    }

    /// <summary>All instances were listed.</summary>
    public void Listed(IReadOnlyList<OrchestrationMetadata> answer)
    {
        foreach (OrchestrationMetadata listed in answer)
        {
            Judge(hub.Instance(listed.InstanceId), listed);
        }

        var ids = answer.Select(listed => listed.InstanceId).ToHashSet();
        Must(ids.Count == answer.Count, "a list names an instance once");
        foreach (ReferenceInstance instance in hub.Instances)
        {
            if (!ids.Contains(instance.Id) && instance.Since(_asked).All(version => version.Exists))
            {
                hub.Violations.Report("a list is complete", $"{instance.Id} is missing");
            }
        }
    }

    /// <summary>A call failed in a way that nothing explains.</summary>
    public void Failed(Exception error) =>
        hub.Violations.Report("a client meets only errors it can understand", $"{Describe()}: {error}");

    private void Judge(ReferenceInstance instance, OrchestrationMetadata? answer)
    {
        if (!instance.Since(_asked).Any(version => version.Matches(answer)))
        {
            string told = answer is null
                ? "nothing"
                : $"{answer.RuntimeStatus}, output {answer.SerializedOutput}, custom status {answer.SerializedCustomStatus}";
            hub.Violations.Report(
                "what is told of an instance is true",
                $"{instance.Id} was told to be {told}; "
                + $"since the question it was only: {string.Join("; ", instance.Since(_asked))}");
        }
    }

    private IEnumerable<InstanceVersion> Seen() => _instance.Since(_asked);

    private void Must(bool condition, string invariant)
    {
        if (!condition)
        {
            hub.Violations.Report(invariant, $"{Describe()}; since then {_instance.Id} was only: {string.Join("; ", Seen())}");
        }
    }

    private string Describe() =>
        $"operation {operation.Number}, {operation.Kind} of {operation.Instance}, {operation.EventId}{operation.Script?.Name}";
}
