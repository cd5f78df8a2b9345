using System.Text;
using System.Text.Json;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Commands;

/// <summary>A line of the reply channel is no reply; the message says why.</summary>
internal sealed class BadReplyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The file that a command writes its replies to, one JSON document a line, read as they are written. Only what stands there can
/// be a verdict, a finding or usage: a stream that other programs print to as well steers nothing.
/// </summary>
internal sealed class ReplyChannel : IDisposable
{
    /// <summary>As many bytes are read of a run's replies.</summary>
    public const int Limit = 16 * 1024 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(25);

    private static readonly JsonSerializerOptions Strict = new(AgentsJson.Context.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private readonly FileStream _file;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly LineSplitter _lines;
    private readonly Queue<string> _read = new();

    private ReplyChannel(string path, FileStream file)
    {
        (Path, _file) = (path, file);
        _lines = new LineSplitter(_read.Enqueue);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens a channel of its own for a run: a file that nobody else on the machine can read.</summary>
    public static ReplyChannel Open()
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mesh-reply-{Guid.NewGuid():N}.jsonl");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Read | FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new ReplyChannel(path, new FileStream(path, options));
    }

    /// <summary>Hands on each line as it is written, until the run has ended and all of it is read.</summary>
    /// <exception cref="BadReplyException">The command writes without end.</exception>
    public async Task ListenAsync(Task run, Func<string, Task> onLine, CancellationToken cancellation)
    {
        while (true)
        {
            var over = run.IsCompleted;
            if (await ReadOnAsync(cancellation))
            {
                while (_read.TryDequeue(out var line))
                {
                    await onLine(line);
                }
            }
            else if (over)
            {
                _lines.End();
                if (_read.TryDequeue(out var last))
                {
                    await onLine(last);
                }

                return;
            }
            else
            {
                await Task.WhenAny(run, Task.Delay(BetweenLooks, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Reads a line; null where it is blank.</summary>
    /// <exception cref="BadReplyException">It is no reply.</exception>
    public static AgentReplyLine? Read(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<AgentReplyLine>(line, Strict);
        }
        catch (JsonException malformed)
        {
            throw new BadReplyException(
                $"This line of $MESH_REPLY is no reply: {malformed.Message} Line: {WholeText.Shorten(line, 200)}", malformed);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        File.Delete(Path);

        // By which 'mesh reply' takes turns.
        File.Delete(Path + ".lock");
    }

    private async Task<bool> ReadOnAsync(CancellationToken cancellation)
    {
        var bytes = new byte[64 * 1024];
        var length = await _file.ReadAsync(bytes, cancellation);
        if (_file.Position > Limit)
        {
            throw new BadReplyException($"The command wrote more than {Limit / 1024 / 1024} MiB to $MESH_REPLY.");
        }

        var characters = new char[Encoding.UTF8.GetMaxCharCount(length)];
        _lines.Append(characters.AsSpan(0, _utf8.GetChars(bytes.AsSpan(0, length), characters, flush: false)));
        return length > 0;
    }
}

/// <summary>A line of the reply channel: a reply, or usage alone.</summary>
internal sealed record AgentReplyLine
{
    /// <summary>What it is for; null where the line tells usage alone.</summary>
    public MessageKind? Kind { get; init; }

    /// <summary>Text or any JSON value.</summary>
    public JsonText? Body { get; init; }

    /// <summary>What was checked.</summary>
    public IReadOnlyList<Check>? Checks { get; init; }

    /// <summary>What was made.</summary>
    public IReadOnlyList<Artifact>? Artifacts { get; init; }

    /// <summary>The message this answers.</summary>
    public int? InReplyTo { get; init; }

    /// <summary>The judgement.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What was spent, in the names of the mesh or of a provider.</summary>
    public JsonElement? Usage { get; init; }
}
