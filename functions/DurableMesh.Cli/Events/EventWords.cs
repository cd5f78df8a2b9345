using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Events;

/// <summary>An event in a line for people.</summary>
internal static class EventWords
{
    private const int WidthOfType = 23;

    /// <summary>The line.</summary>
    public static string Of(MeshEvent happened) => string.Create(
        CultureInfo.InvariantCulture,
        $"{happened.Time.UtcDateTime:MM-dd HH:mm:ss'Z'}  {happened.Type.PadRight(WidthOfType)}  {happened.Subject}  ")
        + WhatOf(happened);

    /// <summary>What there is to say of it, beside its type and its subject.</summary>
    public static string WhatOf(MeshEvent happened)
    {
        try
        {
            return happened.Data is JsonElement data ? WhatOf(happened.Type, data) : "";
        }
        catch (JsonException)
        {
            // A newer mesh may say more, or say it otherwise.
            return "";
        }
    }

    private static string WhatOf(string type, JsonElement data) => type switch
    {
        EventTypes.MessageDelivered or EventTypes.FindingStreamed => Of(Read<MessageHead>(data)),
        EventTypes.LimitNear => Of(Read<LimitHead>(data)),
        EventTypes.TaskCreated or EventTypes.TaskMoved or EventTypes.TaskChanged => Of(Read<MissionTask>(data)),
        EventTypes.AgentUnreachable or EventTypes.AgentBack => Read<AgentHead>(data).Why ?? "",
        _ => type.StartsWith("mesh.thread.", StringComparison.Ordinal) ? Of(Read<ThreadHead>(data)) : "",
    };

    private static string Of(MessageHead message)
    {
        var what = message.Verdict is { } verdict ? $"{Word(message.Kind)} {Word(verdict)}" : Word(message.Kind);
        return string.Create(CultureInfo.InvariantCulture, $"{message.Sequence} {what} {message.From} → {message.To}");
    }

    private static string Of(ThreadHead thread) => thread switch
    {
        { EndState: { } end, Reason: { } reason } => $"{Word(end)} ({Word(reason)})",
        { Decision: { } decision, By: var by } => $"{Word(decision)} by {by}",
        _ => $"{thread.Initiator} ↔ {thread.Responder}, task {thread.McTask}",
    };

    private static string Of(LimitHead limit) => string.Create(
        CultureInfo.InvariantCulture, $"{Word(limit.Limit)}: {limit.Used:0.##} of {limit.Most:0.##}");

    private static string Of(MissionTask task) => $"{Word(task.State)}, {task.Title}";

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => Transcript.ThreadWords.Of(value);

    private static T Read<T>(JsonElement data) =>
        data.Deserialize<T>(MeshJson.Options) ?? throw new JsonException("The event says nothing.");
}
