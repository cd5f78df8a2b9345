using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Events;

/// <summary>How a stream of events is written. The stream itself flushes what was written.</summary>
internal interface IEventStreamForm
{
    /// <summary>The function whose stream it is, for the log of keys that do not work any more.</summary>
    string Function { get; }

    /// <summary>The answer where there is no stream.</summary>
    IResult Refuse(Problem problem);

    /// <summary>Writes what comes first; false where nothing follows it.</summary>
    bool Begin(PipeWriter writer, EventCursor at);

    /// <summary>Writes events; false where nothing follows them.</summary>
    ValueTask<bool> WriteAsync(PipeWriter writer, EventPage page, CancellationToken cancellation);

    /// <summary>Writes a comment, so that the connection is not taken for dead.</summary>
    void Say(PipeWriter writer, string comment, EventCursor at);
}

/// <summary>CloudEvents, each with the cursor after it as its id.</summary>
internal class CloudEventForm(EventCursors cursors) : IEventStreamForm
{
    /// <summary>Seals cursors.</summary>
    protected EventCursors Cursors => cursors;

    public virtual string Function => "Events";

    public IResult Refuse(Problem problem) => new ProblemAnswer(problem);

    public bool Begin(PipeWriter writer, EventCursor at)
    {
        // Where nothing happens for long, a reader that comes again should still know where it was.
        Say(writer, "connected", at);
        return true;
    }

    public virtual ValueTask<bool> WriteAsync(PipeWriter writer, EventPage page, CancellationToken cancellation)
    {
        foreach (var (cursor, stored) in page.Events)
        {
            Write(writer, "id: "u8, cursors.Seal(cursor));
            Write(writer, "\nevent: "u8, stored.Event.Type);
            writer.Write("\ndata: "u8);
            writer.Write(stored.Json.Span);
            writer.Write("\n\n"u8);
        }

        return new(true);
    }

    /// <summary>A comment, and where the reader is: an id without data is taken note of, and is no event.</summary>
    public void Say(PipeWriter writer, string comment, EventCursor at)
    {
        Write(writer, ": "u8, comment);
        Write(writer, "\nid: "u8, cursors.Seal(at));
        writer.Write("\n\n"u8);
    }

    protected static void Write(PipeWriter writer, ReadOnlySpan<byte> name, string value)
    {
        writer.Write(name);
        Encoding.ASCII.GetBytes(value, writer);
    }
}

/// <summary>
/// That something happened, for a page that asks for itself anew, and not what: no more than how far one has heard.
/// </summary>
/// <param name="cursors">Seals cursors.</param>
/// <param name="function">The function of the page.</param>
internal sealed class NewsForm(EventCursors cursors, string function) : CloudEventForm(cursors)
{
    public override string Function => function;

    public override ValueTask<bool> WriteAsync(PipeWriter writer, EventPage page, CancellationToken cancellation)
    {
        Write(writer, "event: news\ndata: "u8, Cursors.Seal(page.Next));
        writer.Write("\n\n"u8);
        return new(true);
    }
}
