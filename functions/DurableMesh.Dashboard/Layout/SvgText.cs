using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace DurableMesh.Dashboard.Layout;

/// <summary>An SVG text. Razor keeps the tag <c>text</c> for itself, so it is made here.</summary>
public sealed class SvgText : ComponentBase
{
    /// <summary>Where it begins.</summary>
    [Parameter, EditorRequired]
    public required double X { get; set; }

    /// <summary>Its base line.</summary>
    [Parameter, EditorRequired]
    public required double Y { get; set; }

    /// <summary>Which part of it stands at <see cref="X"/>: <c>start</c>, <c>middle</c> or <c>end</c>.</summary>
    [Parameter]
    public string? Anchor { get; set; }

    /// <summary>The text.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", Formats.Coordinate(X));
        builder.AddAttribute(2, "y", Formats.Coordinate(Y));
        builder.AddAttribute(3, "text-anchor", Anchor);
        builder.AddContent(4, Text);
        builder.CloseElement();
    }
}
