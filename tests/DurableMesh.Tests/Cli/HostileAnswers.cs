using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Tests.Cli;

/// <summary>Puts what steers a terminal into every text of an answer that somebody else may have written.</summary>
internal static class HostileAnswers
{
    /// <summary>
    /// A title, a cleared screen, a C1 sequence, turned text, line separators, what is invisible, an overwritten line.
    /// </summary>
    public const string Payload = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eevil\u2066\u2028\u2029\u200b\u0085\u007f\r";

    private static readonly string[] Written =
    [
        "subject", "detail", "why", "title", "name", "by", "owner", "changedBy", "createdBy", "explanation", "message", "model",
        "device", "devices", "domain", "body", "location", "from", "to", "initiator", "responder", "path", "failure", "awaiting",
        "mcTask", "company", "agent", "key", "id", "uri", "holder", "text",
    ];

    /// <summary>Lets the mesh answer, and changes what it says.</summary>
    public static async Task RewriteAsync(HttpContext context, RequestDelegate next)
    {
        var answer = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        await next(context);
        context.Response.Body = answer;
        var bytes = kept.ToArray();
        if (bytes is [(byte)'{', ..])
        {
            var json = JsonNode.Parse(bytes)!;
            Spoil(json, name: "");
            bytes = System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(MeshJson.Options));
        }

        context.Response.ContentLength = bytes.Length;
        await answer.WriteAsync(bytes);
    }

    private static void Spoil(JsonNode? node, string name)
    {
        switch (node)
        {
            case JsonObject some:
                foreach (var (field, value) in some.ToList())
                {
                    Spoil(value, field);
                }

                break;
            case JsonArray list:
                foreach (var item in list.ToList())
                {
                    Spoil(item, name);
                }

                break;
            case JsonValue value when Written.Contains(name) && value.TryGetValue<string>(out var text):
                value.ReplaceWith(text + Payload);
                break;
        }
    }
}
