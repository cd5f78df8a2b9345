using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.History;

/// <summary>
/// The binary form of failures. The plain one has no properties; the described one has them behind each failure of the chain,
/// and whoever writes it marks it as such.
/// </summary>
internal static class FailureCodec
{
    private enum Kind : byte
    {
        Null = 0,
        Text = 1,
        Number = 2,
        False = 3,
        True = 4,
        DateTime = 5,
        DateTimeOffset = 6,
        Map = 7,
        List = 8,
    }

    /// <summary>Whether neither a failure nor what caused it has properties; also where there is none.</summary>
    public static bool IsPlain(TaskFailureDetails? failure) =>
        failure is null || (failure.Properties is null && IsPlain(failure.InnerFailure));

    /// <summary>Appends a failure with what caused it, or none: plain where it <see cref="IsPlain"/>, else described.</summary>
    public static void Write(LogWriter writer, TaskFailureDetails? failure) => Write(writer, failure, !IsPlain(failure));

    /// <summary>Reads what <see cref="Write(LogWriter, TaskFailureDetails?)"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no failure.</exception>
    public static TaskFailureDetails? Read(ref LogReader reader, bool described)
    {
        if (reader.Text() is not { } type)
        {
            return null;
        }

        (string message, string? stackTrace) = (reader.RequiredText(), reader.Text());
        var properties = described ? ReadValue(ref reader) as Dictionary<string, object?> : null;
        return new TaskFailureDetails(type, message, stackTrace, Read(ref reader, described), properties);
    }

    private static void Write(LogWriter writer, TaskFailureDetails? failure, bool described)
    {
        writer.Text(failure?.ErrorType);
        if (failure is not null)
        {
            writer.Text(failure.ErrorMessage);
            writer.Text(failure.StackTrace);
            if (described)
            {
                WriteValue(writer, failure.Properties);
            }

            Write(writer, failure.InnerFailure, described);
        }
    }

    private static void WriteValue(LogWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Byte((byte)Kind.Null);
                break;
            case string text:
                writer.Byte((byte)Kind.Text);
                writer.Text(text);
                break;
            case double number:
                writer.Byte((byte)Kind.Number);
                writer.Number(BitConverter.DoubleToInt64Bits(number));
                break;
            case bool flag:
                writer.Byte((byte)(flag ? Kind.True : Kind.False));
                break;
            case DateTime time:
                writer.Byte((byte)Kind.DateTime);
                writer.Byte((byte)time.Kind);
                writer.Number(time.Ticks);
                break;
            case DateTimeOffset time:
                writer.Byte((byte)Kind.DateTimeOffset);
                writer.Number(time.Ticks);
                writer.Number(time.Offset.Ticks);
                break;
            case IDictionary<string, object?> map:
                writer.Byte((byte)Kind.Map);
                writer.Number(map.Count);
                foreach ((string key, object? item) in map)
                {
                    writer.Text(key);
                    WriteValue(writer, item);
                }

                break;
            case IReadOnlyCollection<object?> list:
                writer.Byte((byte)Kind.List);
                writer.Number(list.Count);
                foreach (object? item in list)
                {
                    WriteValue(writer, item);
                }

                break;
            default:
                throw new NotSupportedException($"A {value.GetType()} is no property of a failure.");
        }
    }

    private static object? ReadValue(ref LogReader reader)
    {
        var kind = (Kind)reader.Byte();
        switch (kind)
        {
            case Kind.Null:
                return null;
            case Kind.Text:
                return reader.RequiredText();
            case Kind.Number:
                return BitConverter.Int64BitsToDouble(reader.Number());
            case Kind.False or Kind.True:
                return kind == Kind.True;
            case Kind.DateTime:
                var timeKind = (DateTimeKind)reader.Byte();
                return new DateTime(reader.Number(), timeKind);
            case Kind.DateTimeOffset:
                return new DateTimeOffset(reader.Number(), TimeSpan.FromTicks(reader.Number()));
            case Kind.Map:
                int count = reader.Int();
                var map = new Dictionary<string, object?>(count);
                for (int i = 0; i < count; i++)
                {
                    map[reader.RequiredText()] = ReadValue(ref reader);
                }

                return map;
            case Kind.List:
                var list = new List<object?>(reader.Int());
                for (int i = list.Capacity; i > 0; i--)
                {
                    list.Add(ReadValue(ref reader));
                }

                return list;
            default:
                throw new NewerFormatException($"a property of kind {(byte)kind}");
        }
    }
}
