using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Partitions;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>A partition's <see cref="Mail"/> in a checkpoint.</summary>
/// <param name="AsOf">The last commit whose facts are in it.</param>
/// <param name="Sent">The last number sent to each partition.</param>
/// <param name="Received">The last number taken in from each partition.</param>
/// <param name="Unacknowledged">What was sent and not acknowledged.</param>
/// <param name="LastHeld">The last number that was given to a held message.</param>
/// <param name="Held">What waits for its instance to come off the shelf.</param>
internal sealed record MailState(
    long AsOf,
    IReadOnlyList<(int Destination, long Number)> Sent,
    IReadOnlyList<(int Source, long Number)> Received,
    IReadOnlyList<SentMessage> Unacknowledged,
    long LastHeld,
    IReadOnlyList<(long Number, InstanceMessage Message)> Held)
{
    /// <summary>Writes it.</summary>
    public void Write(LogWriter writer)
    {
        writer.Number(AsOf);
        WriteNumbers(writer, Sent);
        WriteNumbers(writer, Received);
        writer.Number(Unacknowledged.Count);
        foreach (SentMessage sent in Unacknowledged)
        {
            writer.Number(sent.Destination);
            writer.Number(sent.Number);
            sent.Message.Write(writer);
        }

        writer.Number(LastHeld);
        writer.Number(Held.Count);
        foreach ((long number, InstanceMessage message) in Held)
        {
            writer.Number(number);
            message.Write(writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no mail.</exception>
    public static MailState Read(ref LogReader reader)
    {
        long asOf = reader.Number();
        (int, long)[] sent = ReadNumbers(ref reader);
        (int, long)[] received = ReadNumbers(ref reader);
        var unacknowledged = new SentMessage[reader.Int()];
        for (int i = 0; i < unacknowledged.Length; i++)
        {
            unacknowledged[i] = new SentMessage(reader.Int(), reader.Number(), InstanceMessage.Read(ref reader));
        }

        long lastHeld = reader.Number();
        var held = new (long, InstanceMessage)[reader.Int()];
        for (int i = 0; i < held.Length; i++)
        {
            held[i] = (reader.Number(), InstanceMessage.Read(ref reader));
        }

        return new MailState(asOf, sent, received, unacknowledged, lastHeld, held);
    }

    private static void WriteNumbers(LogWriter writer, IReadOnlyList<(int Partition, long Number)> numbers)
    {
        writer.Number(numbers.Count);
        foreach ((int partition, long number) in numbers)
        {
            writer.Number(partition);
            writer.Number(number);
        }
    }

    private static (int, long)[] ReadNumbers(ref LogReader reader)
    {
        var numbers = new (int, long)[reader.Int()];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (reader.Int(), reader.Number());
        }

        return numbers;
    }
}
