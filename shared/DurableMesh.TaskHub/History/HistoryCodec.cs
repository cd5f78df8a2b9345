using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.History;

/// <summary>
/// The binary form of history events: a tag, then the fields in the order of their declaration. A tag never changes its
/// meaning: a changed shape gets a new tag, and old ones stay readable.
/// </summary>
internal static class HistoryCodec
{
    private enum Tag : byte
    {
        ExecutionStarted = 1,
        EpisodeStarted = 2,
        EventRaised = 3,
        ActivityScheduled = 4,
        ActivityCompleted = 5,
        ActivityFailed = 6,
        TimerCreated = 7,
        TimerCanceled = 8,
        TimerFired = 9,
        SubOrchestrationScheduled = 10,
        SubOrchestrationCompleted = 11,
        SubOrchestrationFailed = 12,
        EventSent = 13,
        CustomStatusSet = 14,
        GenerationStarted = 15,
        ExecutionCompleted = 16,
        ExecutionTerminated = 17,
        ExecutionSuspended = 18,
        ExecutionResumed = 19,
        SplittingEpisodeStarted = 20,
        ActivityScheduledAs = 21,
        TaggedSubOrchestrationScheduled = 22,
        DescribedActivityFailed = 23,
        DescribedSubOrchestrationFailed = 24,
        DescribedExecutionFailed = 25,
        ExecutionRewound = 26,
    }

    /// <summary>Appends one event.</summary>
    public static void Write(LogWriter writer, HistoryEvent fact)
    {
        switch (fact)
        {
            case ExecutionStarted e:
                writer.Byte((byte)Tag.ExecutionStarted);
                writer.Text(e.Name);
                writer.Text(e.ExecutionId);
                writer.Text(e.Input);
                writer.Instant(e.CreatedAt);
                writer.Text(e.Version);
                writer.Number(e.ScheduledStart?.Ticks ?? 0);
                WriteParent(writer, e.Parent);
                WriteTags(writer, e.Tags);
                break;
            case EpisodeStarted { LongestTimer: { } longest } e:
                writer.Byte((byte)Tag.SplittingEpisodeStarted);
                writer.Instant(e.At);
                writer.Number(longest.Ticks);
                break;
            case EpisodeStarted e:
                writer.Byte((byte)Tag.EpisodeStarted);
                writer.Instant(e.At);
                break;
            case EventRaised e:
                writer.Byte((byte)Tag.EventRaised);
                writer.Text(e.Name);
                writer.Text(e.Input);
                break;
            case ActivityScheduled e:
                bool plain = e is { Version: null, Tags: null };
                writer.Byte((byte)(plain ? Tag.ActivityScheduled : Tag.ActivityScheduledAs));
                writer.Number(e.Id);
                writer.Text(e.Name);
                writer.Text(e.Input);
                if (!plain)
                {
                    writer.Text(e.Version);
                    WriteTags(writer, e.Tags);
                }

                break;
            case ActivityCompleted e:
                writer.Byte((byte)Tag.ActivityCompleted);
                writer.Number(e.Id);
                writer.Text(e.Result);
                break;
            case ActivityFailed e:
                writer.Byte((byte)(FailureCodec.IsPlain(e.Failure) ? Tag.ActivityFailed : Tag.DescribedActivityFailed));
                writer.Number(e.Id);
                FailureCodec.Write(writer, e.Failure);
                break;
            case TimerCreated e:
                writer.Byte((byte)Tag.TimerCreated);
                writer.Number(e.Id);
                writer.Instant(e.FireAt);
                break;
            case TimerCanceled e:
                writer.Byte((byte)Tag.TimerCanceled);
                writer.Number(e.Id);
                break;
            case TimerFired e:
                writer.Byte((byte)Tag.TimerFired);
                writer.Number(e.Id);
                break;
            case SubOrchestrationScheduled e:
                writer.Byte((byte)(e.Tags is null ? Tag.SubOrchestrationScheduled : Tag.TaggedSubOrchestrationScheduled));
                writer.Number(e.Id);
                writer.Text(e.Name);
                writer.Text(e.InstanceId);
                writer.Text(e.Input);
                writer.Text(e.Version);
                if (e.Tags is not null)
                {
                    WriteTags(writer, e.Tags);
                }

                break;
            case SubOrchestrationCompleted e:
                writer.Byte((byte)Tag.SubOrchestrationCompleted);
                writer.Number(e.Id);
                writer.Text(e.Result);
                break;
            case SubOrchestrationFailed e:
                writer.Byte((byte)(FailureCodec.IsPlain(e.Failure)
                    ? Tag.SubOrchestrationFailed
                    : Tag.DescribedSubOrchestrationFailed));
                writer.Number(e.Id);
                FailureCodec.Write(writer, e.Failure);
                break;
            case EventSent e:
                writer.Byte((byte)Tag.EventSent);
                writer.Number(e.Id);
                writer.Text(e.InstanceId);
                writer.Text(e.Name);
                writer.Text(e.Input);
                break;
            case CustomStatusSet e:
                writer.Byte((byte)Tag.CustomStatusSet);
                writer.Text(e.Status);
                break;
            case GenerationStarted e:
                writer.Byte((byte)Tag.GenerationStarted);
                writer.Text(e.ExecutionId);
                writer.Text(e.Input);
                writer.Text(e.Version);
                writer.Number(e.Carried.Count);
                foreach (EventRaised carried in e.Carried)
                {
                    writer.Text(carried.Name);
                    writer.Text(carried.Input);
                }

                break;
            case ExecutionCompleted e:
                writer.Byte((byte)(FailureCodec.IsPlain(e.Failure) ? Tag.ExecutionCompleted : Tag.DescribedExecutionFailed));
                writer.Text(e.Output);
                FailureCodec.Write(writer, e.Failure);
                break;
            case ExecutionTerminated e:
                writer.Byte((byte)Tag.ExecutionTerminated);
                writer.Text(e.Output);
                break;
            case ExecutionSuspended e:
                writer.Byte((byte)Tag.ExecutionSuspended);
                writer.Text(e.Reason);
                break;
            case ExecutionResumed e:
                writer.Byte((byte)Tag.ExecutionResumed);
                writer.Text(e.Reason);
                break;
            case ExecutionRewound e:
                writer.Byte((byte)Tag.ExecutionRewound);
                writer.Text(e.ExecutionId);
                writer.Text(e.Reason);
                WriteParent(writer, e.Parent);
                break;
            default:
                throw new NotSupportedException($"{fact.GetType().Name} has no binary form.");
        }
    }

    /// <summary>Reads one event.</summary>
    /// <exception cref="InvalidDataException">The bytes are no event.</exception>
    /// <exception cref="NewerFormatException">The event is of a kind that only a newer version knows.</exception>
    public static HistoryEvent Read(ref LogReader reader)
    {
        var tag = (Tag)reader.Byte();
        return tag switch
        {
            Tag.ExecutionStarted => ReadExecutionStarted(ref reader),
            Tag.EpisodeStarted => new EpisodeStarted(reader.Instant()),
            Tag.EventRaised => new EventRaised(reader.RequiredText(), reader.Text()),
            Tag.ActivityScheduled => new ActivityScheduled(reader.Int(), reader.RequiredText(), reader.Text()),
            Tag.ActivityCompleted => new ActivityCompleted(reader.Int(), reader.Text()),
            Tag.ActivityFailed => new ActivityFailed(reader.Int(), RequiredFailure(ref reader, described: false)),
            Tag.TimerCreated => new TimerCreated(reader.Int(), reader.Instant()),
            Tag.TimerCanceled => new TimerCanceled(reader.Int()),
            Tag.TimerFired => new TimerFired(reader.Int()),
            Tag.SubOrchestrationScheduled => new SubOrchestrationScheduled(
                reader.Int(), reader.RequiredText(), reader.RequiredText(), reader.Text(), reader.Text()),
            Tag.SubOrchestrationCompleted => new SubOrchestrationCompleted(reader.Int(), reader.Text()),
            Tag.SubOrchestrationFailed => new SubOrchestrationFailed(reader.Int(), RequiredFailure(ref reader, described: false)),
            Tag.EventSent => new EventSent(reader.Int(), reader.RequiredText(), reader.RequiredText(), reader.Text()),
            Tag.CustomStatusSet => new CustomStatusSet(reader.Text()),
            Tag.GenerationStarted => ReadGenerationStarted(ref reader),
            Tag.ExecutionCompleted => new ExecutionCompleted(reader.Text(), FailureCodec.Read(ref reader, described: false)),
            Tag.ExecutionTerminated => new ExecutionTerminated(reader.Text()),
            Tag.ExecutionSuspended => new ExecutionSuspended(reader.Text()),
            Tag.ExecutionResumed => new ExecutionResumed(reader.Text()),
            Tag.SplittingEpisodeStarted => new EpisodeStarted(reader.Instant(), TimeSpan.FromTicks(reader.Number())),
            Tag.ActivityScheduledAs => new ActivityScheduled(
                reader.Int(), reader.RequiredText(), reader.Text(), reader.Text(), ReadTags(ref reader)),
            Tag.TaggedSubOrchestrationScheduled => new SubOrchestrationScheduled(
                reader.Int(), reader.RequiredText(), reader.RequiredText(), reader.Text(), reader.Text(), ReadTags(ref reader)),
            Tag.DescribedActivityFailed => new ActivityFailed(reader.Int(), RequiredFailure(ref reader, described: true)),
            Tag.DescribedSubOrchestrationFailed =>
                new SubOrchestrationFailed(reader.Int(), RequiredFailure(ref reader, described: true)),
            Tag.DescribedExecutionFailed =>
                new ExecutionCompleted(reader.Text(), FailureCodec.Read(ref reader, described: true)),
            Tag.ExecutionRewound => new ExecutionRewound(reader.Text(), reader.Text(), ReadParent(ref reader)),
            _ => throw new NewerFormatException($"a history event with tag {(byte)tag}"),
        };
    }

    private static ExecutionStarted ReadExecutionStarted(ref LogReader reader) => new(
        reader.RequiredText(),
        reader.RequiredText(),
        reader.Text(),
        reader.Instant(),
        reader.Text(),
        reader.OptionalInstant(),
        ReadParent(ref reader),
        ReadTags(ref reader));

    private static GenerationStarted ReadGenerationStarted(ref LogReader reader)
    {
        string executionId = reader.RequiredText();
        string? input = reader.Text();
        string? version = reader.Text();
        var carried = new EventRaised[reader.Int()];
        for (int i = 0; i < carried.Length; i++)
        {
            carried[i] = new EventRaised(reader.RequiredText(), reader.Text());
        }

        return new GenerationStarted(executionId, input, carried, version);
    }

    /// <summary>Appends who waits for an instance, or nobody.</summary>
    public static void WriteParent(LogWriter writer, ParentLink? parent)
    {
        writer.Text(parent?.InstanceId);
        if (parent is not null)
        {
            writer.Text(parent.Name);
            writer.Text(parent.ExecutionId);
            writer.Number(parent.TaskId);
        }
    }

    /// <summary>Reads what <see cref="WriteParent"/> wrote.</summary>
    public static ParentLink? ReadParent(ref LogReader reader)
    {
        string? instanceId = reader.Text();
        return instanceId is null ? null : new ParentLink(reader.RequiredText(), instanceId, reader.RequiredText(), reader.Int());
    }

    /// <summary>Appends tags, or none.</summary>
    public static void WriteTags(LogWriter writer, IReadOnlyDictionary<string, string>? tags)
    {
        writer.Number(tags?.Count ?? 0);
        foreach ((string key, string value) in tags ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty)
        {
            writer.Text(key);
            writer.Text(value);
        }
    }

    /// <summary>Reads what <see cref="WriteTags"/> wrote; null for none.</summary>
    public static Dictionary<string, string>? ReadTags(ref LogReader reader)
    {
        int count = reader.Int();
        if (count == 0)
        {
            return null;
        }

        var tags = new Dictionary<string, string>(count);
        for (int i = 0; i < count; i++)
        {
            tags[reader.RequiredText()] = reader.RequiredText();
        }

        return tags;
    }

    private static TaskFailureDetails RequiredFailure(ref LogReader reader, bool described) =>
        FailureCodec.Read(ref reader, described) ?? throw new InvalidDataException("A failure in the log has no details.");
}
