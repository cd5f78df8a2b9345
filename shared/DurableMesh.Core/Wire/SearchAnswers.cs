using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>Where the words of a search are in a thread.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="Subject">Its subject, in parts.</param>
/// <param name="Messages">The first messages that have some of the words, with a passage of each.</param>
public sealed record ThreadHit(string ThreadId, IReadOnlyList<TextPart> Subject, IReadOnlyList<MessageHit> Messages);

/// <summary>Where the words of a search are in a message.</summary>
/// <param name="Sequence">The message's place in its thread; the brief, also one that was never delivered, is 1.</param>
/// <param name="Kind">What the message is for.</param>
/// <param name="From">The sender.</param>
/// <param name="At">When it became part of the thread.</param>
/// <param name="Text">A passage of its text, in parts.</param>
public sealed record MessageHit(int Sequence, MessageKind Kind, string From, DateTimeOffset At, IReadOnlyList<TextPart> Text);

/// <summary>A part of a text: parts in a row, put together, are the text.</summary>
/// <param name="Text">Plain text, as it was stored; whoever shows it must escape it.</param>
/// <param name="Found">Whether it is what was looked for; left out where it is not.</param>
public sealed record TextPart(
    string Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Found = false);
