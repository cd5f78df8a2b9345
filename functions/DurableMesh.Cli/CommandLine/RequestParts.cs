using System.Text.Json.Nodes;

namespace DurableMesh.Cli.CommandLine;

/// <summary>A request that a file gives and options amend.</summary>
internal static class RequestParts
{
    /// <summary>An acceptance criterion, as <c>--accept</c> takes it.</summary>
    /// <param name="text"><c>ID=TITLE</c>.</param>
    /// <exception cref="CliException">It has no title.</exception>
    public static JsonObject Criterion(string text) => text.Split('=', 2) is [var id, var title]
        ? new JsonObject { ["id"] = id.Trim(), ["title"] = title.Trim(), ["required"] = true }
        : throw new CliException(ExitCode.Usage, $"--accept \"{text}\" has no title; write it as ID=TITLE.");

    /// <summary>An object in the request; made where there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">The object's name.</param>
    public static JsonObject Part(JsonObject request, string name)
    {
        if (request[name] is not JsonObject part)
        {
            request[name] = part = [];
        }

        return part;
    }

    /// <summary>Sets a member, where there is a value for it.</summary>
    /// <param name="target">The object.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="value">The value; null leaves the member as it is.</param>
    public static void Set<T>(JsonObject target, string name, T? value)
    {
        if (value is not null)
        {
            target[name] = JsonValue.Create(value);
        }
    }
}
