using System.Text.Json;
using DurableMesh.Client;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Tools;

/// <summary>Makes every failure of a tool a result that the model can read, and never an error of the protocol.</summary>
internal sealed class RefusingTool(McpServerTool tool, Desk desk) : DelegatingMcpServerTool(tool)
{
    /// <inheritdoc/>
    public override async ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            if (request.Params.Arguments?.Keys.FirstOrDefault(name => !ToolSchema.Takes(ProtocolTool.InputSchema, name))
                is { } unknown)
            {
                throw new ArgumentException($"There is no argument {unknown}.");
            }

            return await base.InvokeAsync(request, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure) when (failure is not (InputRequiredException or McpProtocolException))
        {
            var refusal = failure switch
            {
                RefusedException refused => refused.Refusal,
                MeshProblemException problem => Refusals.Of(problem),
                MeshUnreachableException away => Refusals.Of(away),
                ArgumentException or JsonException => new Refusal(
                    "invalid_arguments",
                    failure is JsonException wrong ? $"An argument has a value that it cannot have{At(wrong)}." : failure.Message,
                    $"It takes {ToolSchema.InWords(ProtocolTool.InputSchema)}"),
                _ => new Refusal(
                    "internal_error",
                    $"The MCP server failed: {failure.GetType().Name}.",
                    "Tell the person; the call may be made again."),
            };
            return ToolResults.Of(new RefusedAnswer
            {
                Refusal = refusal with { Detail = SafeText.Part(desk.Clean(refusal.Detail), 0, 4000) },
            });
        }
    }

    private static string At(JsonException wrong) => wrong.Path is { Length: > 1 } path ? $", at {path}" : "";
}
