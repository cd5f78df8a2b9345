using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace DurableMesh.Cli.CommandLine;

/// <summary>
/// The terminal, or what stands in for it. Results go to <see cref="Out"/>; what is only for people goes to <see cref="Note"/>,
/// so that standard output can be piped.
/// </summary>
internal sealed class Terminal
{
    // Piped text must not be broken at the 80 columns that a console without a terminal is taken to have.
    private const int PipedWidth = 400;

    /// <summary>A terminal over any three streams.</summary>
    public Terminal(TextReader input, TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal)
    {
        In = input;
        (Output, Error, OutputIsTerminal) = (output, error, outputIsTerminal);
        Out = Create(output, outputIsTerminal);
        Note = Create(error, errorIsTerminal);
    }

    /// <summary>Standard input.</summary>
    public TextReader In { get; }

    /// <summary>Standard output as it is.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error as it is.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether a person reads standard output.</summary>
    public bool OutputIsTerminal { get; }

    /// <summary>Opens standard input for a command that takes bytes.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Opens standard output for a command that gives bytes.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Reads a variable of the process's environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Standard output, for people.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Standard error, for people.</summary>
    public IAnsiConsole Note { get; }

    /// <summary>The terminal this process has.</summary>
    public static Terminal OfProcess() =>
        new(Console.In, Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>Writes one JSON document on a line of its own to standard output, at once.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type)
    {
        Say(JsonSerializer.Serialize(value, type));
    }

    /// <summary>Writes a line to standard output as it is, at once; threads may do so side by side.</summary>
    public void Say(string line)
    {
        lock (Output)
        {
            Output.WriteLine(line);
            Output.Flush();
        }
    }

    /// <summary>Writes text to standard output as it is.</summary>
    public void Write(string text)
    {
        Output.Write(text);
        Output.Flush();
    }

    /// <summary>Writes a line to standard error as it is: another program's words.</summary>
    public void Pass(string line)
    {
        lock (Error)
        {
            Error.WriteLine(line);
            Error.Flush();
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var plain = !isTerminal || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
