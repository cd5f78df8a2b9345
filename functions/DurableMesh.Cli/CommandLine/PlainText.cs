using System.Text;
using DurableMesh.Core.Wire;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Lets nothing into a console's text that steers a terminal or hides; its own escapes are none of it.</summary>
internal sealed class PlainTextHook : IRenderHook
{
    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(renderable => new Plain(renderable));

    private sealed class Plain(IRenderable renderable) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => renderable.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            renderable.Render(options, maxWidth).Select(segment => segment.IsControlCode ? segment : OfText(segment));

        // A tab would move what stands in columns.
        private static Segment OfText(Segment segment) =>
            HiddenCharacters.Mask(segment.Text).Replace('\t', ' ') is var text && text == segment.Text
                ? segment
                : new Segment(text, segment.Style);
    }
}

/// <summary>The same for what is written without a console: the help, and what is wrong with a command line.</summary>
internal sealed class PlainTextWriter(TextWriter inner) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => inner.Write(value is null ? null : HiddenCharacters.Mask(value));

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();
}
