using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.DurableTask.Client;

/// <summary>What a client can know of an orchestration, as of the moment of the query.</summary>
/// <param name="name">The orchestrator's name.</param>
/// <param name="instanceId">The instance id.</param>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    private const int LongestPayloadShown = 50;

    /// <summary>The orchestrator's name.</summary>
    public string Name { get; } = name;

    /// <summary>The instance id.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>What reads input, output and custom status; null where the query did not ask for them.</summary>
    public DataConverter? DataConverter { get; init; }

    /// <summary>How far the orchestration is.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its history last grew.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>Its input as text; null for none, or where the query did not ask for it.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>Its output as text; null for none, or where the query did not ask for it.</summary>
    public string? SerializedOutput { get; init; }

    /// <summary>Its custom status as text; null for none, or where the query did not ask for it.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>What it is tagged with.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Why it failed, or null.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>Whether the state is Running: an instance that is pending or suspended does not count.</summary>
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    /// <summary>Whether the state is Completed, Failed or Terminated.</summary>
    public bool IsCompleted => RuntimeStatus
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Its input; the default for none.</summary>
    /// <typeparam name="T">What to read it as.</typeparam>
    /// <exception cref="InvalidOperationException">The query did not ask for inputs and outputs.</exception>
    public T? ReadInputAs<T>() => Read<T>(SerializedInput);

    /// <summary>Its output; the default for none.</summary>
    /// <typeparam name="T">What to read it as.</typeparam>
    /// <exception cref="InvalidOperationException">The query did not ask for inputs and outputs.</exception>
    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);

    /// <summary>Its custom status; the default for none.</summary>
    /// <typeparam name="T">What to read it as.</typeparam>
    /// <exception cref="InvalidOperationException">The query did not ask for inputs and outputs.</exception>
    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    /// <summary>The state in one line, with the beginnings of input and output, for a log.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(
            $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, "
            + $"CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}");
        Append("Input", SerializedInput);
        Append("Output", SerializedOutput);
        Append("FailureDetails", FailureDetails?.ToString());
        return text.Append(']').ToString();

        void Append(string what, string? payload)
        {
            if (payload is not null)
            {
                string shown = payload.Length > LongestPayloadShown ? payload[..LongestPayloadShown] + "..." : payload;
                text.Append(", ").Append(what).Append(": '").Append(shown).Append('\'');
            }
        }
    }

    private T? Read<T>(string? serialized, [CallerMemberName] string method = "") => DataConverter is null
        ? throw new InvalidOperationException(
            $"{method} needs the instance's inputs and outputs, and the query that fetched '{InstanceId}' did not ask for them.")
        : DataConverter.Deserialize<T>(serialized);
}
