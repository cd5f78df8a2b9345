using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMesh.Core.Threads;

/// <summary>What the thread remembers of an accepted message.</summary>
/// <param name="From">The sender.</param>
/// <param name="MessageId">The sender's id for it.</param>
/// <param name="ContentHash">SHA-256 of its content.</param>
/// <param name="Sequence">Its place in the thread.</param>
public sealed record RecentMessage(string From, string MessageId, string ContentHash, int Sequence);

/// <summary>
/// The last <see cref="Capacity"/> accepted messages, by sender and messageId, so that the state stays bounded. An older
/// duplicate is not found here: whoever takes messages in asks the transcript store for those first.
/// </summary>
[JsonConverter(typeof(RecentMessagesConverter))]
public sealed class RecentMessages
{
    /// <summary>How many messages are remembered.</summary>
    public const int Capacity = 256;

    private readonly ImmutableQueue<RecentMessage> _inOrder;
    private readonly ImmutableDictionary<(string From, string MessageId), RecentMessage> _byId;

    private RecentMessages(
        ImmutableQueue<RecentMessage> inOrder,
        ImmutableDictionary<(string From, string MessageId), RecentMessage> byId) =>
        (_inOrder, _byId) = (inOrder, byId);

    /// <summary>No messages.</summary>
    public static RecentMessages Empty { get; } = new([], ImmutableDictionary<(string, string), RecentMessage>.Empty);

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>The messages, oldest first.</summary>
    public IEnumerable<RecentMessage> InOrder => _inOrder;

    /// <summary>What is remembered of a message; null where nothing is.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="messageId">The sender's id for it.</param>
    public RecentMessage? Find(string from, string messageId) => _byId.GetValueOrDefault((from, messageId));

    /// <summary>
    /// These and one more; beyond <see cref="Capacity"/> the oldest is forgotten. The cost does not grow with the thread.
    /// </summary>
    /// <param name="message">The message, whose id is not among these.</param>
    public RecentMessages Add(RecentMessage message)
    {
        var (queue, index) = (_inOrder.Enqueue(message), _byId.SetItem((message.From, message.MessageId), message));
        if (index.Count > Capacity)
        {
            queue = queue.Dequeue(out var oldest);
            index = index.Remove((oldest.From, oldest.MessageId));
        }

        return new RecentMessages(queue, index);
    }
}

/// <summary>Writes <see cref="RecentMessages"/> as an array, oldest first.</summary>
public sealed class RecentMessagesConverter : JsonConverter<RecentMessages>
{
    /// <inheritdoc/>
    public override RecentMessages Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (JsonSerializer.Deserialize<RecentMessage[]>(ref reader, options) ?? [])
            .Aggregate(RecentMessages.Empty, (messages, message) => messages.Add(message));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RecentMessages value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.InOrder.ToArray(), options);
}
