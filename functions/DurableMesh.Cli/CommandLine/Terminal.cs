using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.CommandLine;

/// <summary>
/// The terminal, or what stands in for it: the one way out of this program. Results go to <see cref="Out"/>; what is only for
/// people goes to <see cref="Note"/>, so that standard output can be piped. Whoever wrote a text, none that steers a terminal
/// gets through: <see cref="HiddenCharacters"/> are masked, in JSON escaped.
/// </summary>
internal sealed partial class Terminal
{
    // Piped text must not be broken at the 80 columns that a console without a terminal is taken to have.
    private const int PipedWidth = 400;

    private readonly TextWriter _output;
    private readonly TextWriter _error;

    /// <summary>A terminal over any two streams.</summary>
    public Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal)
    {
        (_output, _error) = (output, error);
        (OutputIsTerminal, ErrorIsTerminal) = (outputIsTerminal, errorIsTerminal);
        Out = Create(output, outputIsTerminal);
        Note = Create(error, errorIsTerminal);
        Help = new PlainTextWriter(output);
        Complaint = new PlainTextWriter(error);
    }

    /// <summary>Whether a person reads standard output.</summary>
    public bool OutputIsTerminal { get; }

    /// <summary>Whether a person sees standard error at once.</summary>
    public bool ErrorIsTerminal { get; }

    /// <summary>Opens standard input.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Opens standard output for a command that gives bytes, which no terminal is shown.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>The process's environment.</summary>
    public Func<string, string?> Variables { private get; init; } = MeshVariables.Read;

    /// <summary>How the user called this program: <c>mesh</c>, or <c>./mesh</c> in a clone.</summary>
    public string Mesh => Variable(MeshVariables.Command) ?? "mesh";

    /// <summary>Standard output, for people.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Standard error, for people.</summary>
    public IAnsiConsole Note { get; }

    /// <summary>Standard output, for the command line's own help.</summary>
    public TextWriter Help { get; }

    /// <summary>Standard error, for the command line's own complaints.</summary>
    public TextWriter Complaint { get; }

    /// <summary>The terminal this process has.</summary>
    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>A variable of the environment; null where it is not set, or empty.</summary>
    public string? Variable(string name) => Variables(name) is { Length: > 0 } value ? value : null;

    /// <summary>Writes one JSON document on a line of its own to standard output, at once.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => WriteJson(JsonSerializer.Serialize(value, type));

    /// <summary>Writes JSON to standard output as it is laid out, at once.</summary>
    public void WriteJson(string json) => WriteLine(_output, HiddenCharacters.EscapeJson(json));

    /// <summary>Writes a row of CSV, with the end of its line, to standard output, at once.</summary>
    public void WriteCsv(string row)
    {
        lock (_output)
        {
            _output.Write(HiddenCharacters.Mask(row[..^2]) + "\r\n");
            _output.Flush();
        }
    }

    /// <summary>Writes a line to standard output, at once; threads may do so side by side.</summary>
    public void Say(string line) => WriteLine(_output, HiddenCharacters.Mask(line));

    /// <summary>Writes a line to standard error, at once: also another program's words. A bar stays below it.</summary>
    public void Pass(string line)
    {
        if (Volatile.Read(ref _bars) > 0)
        {
            Note.Write(new LineAboveBar(line));
        }
        else
        {
            WriteLine(_error, HiddenCharacters.Mask(line));
        }
    }

    /// <summary>Writes a hint in grey to standard error.</summary>
    public void Hint(string words) => Note.MarkupLineInterpolated($"[grey]{words}[/]");

    private static void WriteLine(TextWriter writer, string line)
    {
        lock (writer)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var plain = !isTerminal || MeshVariables.Read("NO_COLOR") is not null;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        console.Pipeline.Attach(new PlainTextHook());
        if (!isTerminal)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
