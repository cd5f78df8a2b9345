using System.Text.RegularExpressions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.Differential;

/// <summary>All that a client can see of what became of an instance, without times.</summary>
internal sealed partial record Outcome(
    string InstanceId, string Status, string? Input, string? Output, string? CustomStatus, string? Failure)
{
    /// <summary>What became of an instance; of one that never was as well.</summary>
    public static Outcome Of(string id, OrchestrationMetadata? instance) => instance is null
        ? new Outcome(id, "none", null, null, null, null)
        : new Outcome(
            id,
            $"{instance.Name} {instance.RuntimeStatus}",
            WithoutTimes(instance.SerializedInput),
            WithoutTimes(instance.SerializedOutput),
            instance.SerializedCustomStatus,
            Text(instance.FailureDetails));

    private static string? Text(TaskFailureDetails? failure) => failure is null
        ? null
        : $"{failure.ErrorType}: {WithoutTimes(failure.ErrorMessage)} ({Text(failure.InnerFailure)})";

    // A script names the events that it sends after the time.
    private static string? WithoutTimes(string? text) => text is null ? null : SentAt().Replace(text, "@.");

    [GeneratedRegex("@[0-9a-f]+\\.")]
    private static partial Regex SentAt();
}
