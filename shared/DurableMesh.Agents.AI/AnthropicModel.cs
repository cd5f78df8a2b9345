using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>A model behind an address that speaks Anthropic's Messages: Anthropic itself, or a gateway.</summary>
public sealed record AnthropicModel
{
    /// <summary>The longest answer where nobody says another; the API wants one.</summary>
    public const int DefaultOutputTokens = 8_192;

    /// <summary>The model, as the server names it.</summary>
    public required string Model { get; init; }

    /// <summary>The address, without <c>/v1</c>.</summary>
    public Uri Address { get; init; } = new("https://api.anthropic.com");

    /// <summary>How long an answer may take, whole.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Makes a client of it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="http">What carries the calls; null for a client of its own.</param>
    public IChatClient Connect(string key, HttpClient? http = null)
    {
        // The caller knows when to try again, and shows it; a client that does so by itself would only look slow.
        var options = new ClientOptions
        {
            ApiKey = key,
            BaseUrl = Address.AbsoluteUri.TrimEnd('/'),
            MaxRetries = 0,
            Timeout = Patience,
        };
        if (http is not null)
        {
            options.HttpClient = http;
        }

        return new AnthropicClient(options).AsIChatClient(Model, DefaultOutputTokens);
    }
}
