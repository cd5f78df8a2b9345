using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace DurableMesh.Mcp.Tools;

/// <summary>Tool results of the protocol.</summary>
internal static class ToolResults
{
    /// <summary>An answer, as structure and, for clients that only know text, as its JSON.</summary>
    public static CallToolResult Of<TAnswer>(TAnswer answer)
        where TAnswer : ToolAnswer
    {
        var structured = JsonSerializer.SerializeToElement(answer, McpJson.Options);
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = structured.GetRawText() }],
            StructuredContent = structured,
            IsError = answer.Refusal is not null,
        };
    }
}
