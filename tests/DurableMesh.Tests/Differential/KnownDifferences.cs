using System.Text.RegularExpressions;
using DurableMesh.Simulation.Workload;

namespace DurableMesh.Tests.Differential;

/// <summary>A difference between the official host's outcomes and ours that is known, and why it stays.</summary>
/// <param name="Reason">Why.</param>
/// <param name="AsOurs">
/// The official outcome with the difference taken out, given both; the same where the difference is not the one.
/// </param>
/// <param name="Probe">A script that shows it, where the workload's keep out of its way.</param>
internal sealed record KnownDifference(
    string Reason, Func<Outcome, Outcome, Outcome> AsOurs, GatedScript? Probe = null);

/// <summary>All of them. One that does not occur any more fails the test, and is to be taken out.</summary>
internal static partial class KnownDifferences
{
    private const string CarryOver = "carry-over";
    private const string TerminatedChild = "terminated-child";
    private const string Cancelled = "System.Threading.Tasks.TaskCanceledException: A task was canceled. ()";

    public static readonly IReadOnlyList<KnownDifference> All =
    [
        new(
            "An instance that failed has no output with us, and its message stands in its failure details alone. The sidecar for "
            + "tests puts the message there too, other official backends put type and message; neither is the JSON that "
            + "ReadOutputAs expects.",
            (official, _) => official is { Output: { } output, Failure: { } failure }
                && failure.Contains(output, StringComparison.Ordinal)
                    ? official with { Output = null }
                    : official),
        new(
            "The custom status outlives continue-as-new with us until the next generation sets one. Officially it is gone once "
            + "an episode of that generation has set none.",
            (official, ours) => official.CustomStatus is null && HasContinued(official)
                ? official with { CustomStatus = ours.CustomStatus }
                : official),
        new(
            "That nobody has registered a task is told in more words, which say what may have happened. The error's type is the "
            + "official one.",
            (official, ours) => WithoutWords(official.Failure) == WithoutWords(ours.Failure)
                ? official with { Failure = ours.Failure }
                : official),
        new(
            "The official worker takes an orchestrator that ends in a cancellation for a defect of its own, and wraps it. With "
            + "us the failure is the exception that ended the orchestrator.",
            (official, _) => official.Failure == $"System.AggregateException: One or more errors occurred. "
                + $"(A task was canceled.) ({Cancelled})"
                    ? official with { Failure = Cancelled }
                    : official),
        new(
            "The sidecar for tests loses the events that an instance has not taken when it continues as new, though they were to "
            + "be kept. The official backends keep them, and so do we.",
            (official, ours) => official.InstanceId == CarryOver
                && EndsWith(official, "time is over") && EndsWith(ours, $"event a {CarryOver}:s/0#0")
                    ? ours
                    : official,
            new GatedScript(
                CarryOver,
                new Script(
                    $"{CarryOver}:s",
                    [
                        new Step(StepKind.Activity),
                        new Step(StepKind.Wait, Gate.EventName),
                        new Step(StepKind.Again),
                        new Step(StepKind.Race, "a", Milliseconds: 1),
                    ],
                    Throws: false),
                new Dictionary<string, Gate> { [$"{CarryOver}:s/0"] = new(CarryOver, ["a"], Suspends: false, Terminates: false) },
                [CarryOver])),
        new(
            "A sub-orchestration that was terminated has no failure details officially, and the worker fails its parent with a "
            + "NullReferenceException instead of telling it. With us the parent meets a TaskFailedException.",
            (official, ours) => official.InstanceId == TerminatedChild
                && official.Failure?.StartsWith("System.NullReferenceException: ", StringComparison.Ordinal) == true
                && EndsWith(ours, "child s failed OrchestrationTerminated")
                    ? ours
                    : official,
            new GatedScript(
                TerminatedChild,
                new Script(
                    $"{TerminatedChild}:s",
                    [
                        new Step(
                            StepKind.Child,
                            $"{TerminatedChild}.0",
                            Child: new Script(
                                "s", [new Step(StepKind.Activity), new Step(StepKind.Wait, Gate.EventName)], Throws: false)),
                    ],
                    Throws: false),
                new Dictionary<string, Gate> { ["s/0"] = new($"{TerminatedChild}.0", [], Suspends: false, Terminates: true) },
                [TerminatedChild, $"{TerminatedChild}.0"])),
    ];

    // The input of a generation that is not the first says where it begins.
    private static bool HasContinued(Outcome outcome) =>
        outcome.Input?.EndsWith("\"Next\":0,\"Report\":[]}", StringComparison.Ordinal) == false;

    private static string WithoutWords(string? failure) => MissingTask().Replace(failure ?? string.Empty, "No $1");

    private static bool EndsWith(Outcome outcome, string line) =>
        outcome.Output?.EndsWith($"{line}\"", StringComparison.Ordinal) == true;

    [GeneratedRegex(@"No (activity|orchestrator) [^()]*")]
    private static partial Regex MissingTask();
}
