using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.CodingAgents;

/// <summary>
/// Points a coding agent to a scripted model, in a folder of its own: neither the logins nor the settings of whoever runs it are
/// read or
/// touched.
/// </summary>
internal static class ScriptedProvider
{
    private const string Provider = "scripted";
    private const string Id = "scripted-1";
    private const string Key = "scripted-key";
    private const int Context = 200_000;
    private const int Output = 8_000;

    /// <summary>The model, as a preset's CLI names it.</summary>
    public static string ModelFor(string preset) => preset is "pi" or "opencode" ? $"{Provider}/{Id}" : Id;

    /// <summary>Writes the settings.</summary>
    /// <param name="preset">The preset's name.</param>
    /// <param name="folder">The folder; it must be there.</param>
    /// <param name="server">Where the model listens.</param>
    /// <param name="key">The key to ask with: a model's cache is for one key.</param>
    /// <returns>The variables that the CLI has to be started with.</returns>
    public static Dictionary<string, string?> SetUp(string preset, string folder, Uri server, string key = Key)
    {
        var address = server.AbsoluteUri.TrimEnd('/');
        string In(string name, string content)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, content);
            return path;
        }

        switch (preset)
        {
            case "pi":
                In("models.json", PiModels(address, key).ToJsonString());
                return new() { ["PI_CODING_AGENT_DIR"] = folder };
            case "opencode":
                return new()
                {
                    ["OPENCODE_CONFIG"] = In("opencode.json", OpenCodeConfig(address, key).ToJsonString()),
                    ["XDG_DATA_HOME"] = folder,
                    ["XDG_CONFIG_HOME"] = folder,
                    ["XDG_CACHE_HOME"] = folder,
                    ["XDG_STATE_HOME"] = folder,
                };
            case "codex":
                In("config.toml", $"""
                    model_provider = "{Provider}"

                    [model_providers.{Provider}]
                    name = "{Provider}"
                    base_url = "{address}/v1"
                    wire_api = "responses"
                    env_key = "SCRIPTED_KEY"
                    request_max_retries = 0
                    stream_max_retries = 0

                    """);
                return new() { ["CODEX_HOME"] = folder, ["SCRIPTED_KEY"] = key };
            case "claude-code":
                return new() { ["CLAUDE_CONFIG_DIR"] = folder, ["ANTHROPIC_BASE_URL"] = address, ["ANTHROPIC_API_KEY"] = key };
            default:
                throw new ArgumentOutOfRangeException(nameof(preset), preset, "No scripted model speaks to it.");
        }
    }

    private static JsonObject PiModels(string address, string key) => new()
    {
        ["providers"] = new JsonObject
        {
            [Provider] = new JsonObject
            {
                ["baseUrl"] = address,
                ["api"] = "anthropic-messages",
                ["apiKey"] = key,
                ["models"] = new JsonArray(new JsonObject { ["id"] = Id, ["contextWindow"] = Context, ["maxTokens"] = Output }),
            },
        },
    };

    private static JsonObject OpenCodeConfig(string address, string key) => new()
    {
        ["provider"] = new JsonObject
        {
            [Provider] = new JsonObject
            {
                ["npm"] = "@ai-sdk/anthropic",
                ["name"] = Provider,
                ["options"] = new JsonObject { ["baseURL"] = $"{address}/v1", ["apiKey"] = key },
                ["models"] = new JsonObject
                {
                    [Id] = new JsonObject
                    {
                        ["name"] = Id,
                        ["limit"] = new JsonObject { ["context"] = Context, ["output"] = Output },
                    },
                },
            },
        },
    };
}
