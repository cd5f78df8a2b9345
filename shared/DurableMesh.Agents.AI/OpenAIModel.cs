using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace DurableMesh.Agents.AI;

/// <summary>
/// A model behind an address that speaks OpenAI's Chat Completions: OpenAI itself, a gateway, or a server on one's own
/// machine.
/// </summary>
public sealed record OpenAIModel
{
    /// <summary>The model, as the server names it.</summary>
    public required string Model { get; init; }

    /// <summary>The address, up to and with <c>/v1</c>.</summary>
    public Uri Address { get; init; } = new("https://api.openai.com/v1");

    /// <summary>The environment variable that has the key; null for a server that wants none.</summary>
    public string? KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>How long the server may be silent.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Makes a client of it.</summary>
    /// <exception cref="InvalidOperationException">The variable with the key is not set.</exception>
    public IChatClient Connect()
    {
        var key = KeyVariable is null ? "none" : Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new InvalidOperationException($"{KeyVariable} is not set: it must have the key for {Address}.");
        }

        return Connect(key);
    }

    /// <summary>Makes a client of it.</summary>
    /// <param name="key">The key; some word for a server that wants none.</param>
    /// <param name="http">What carries the calls; null for a client of its own.</param>
    public IChatClient Connect(string key, HttpClient? http = null)
    {
        // The caller knows when to try again, and shows it; a client that does so by itself would only look slow.
        var options = new OpenAIClientOptions
        {
            Endpoint = Address,
            NetworkTimeout = Patience,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };
        if (http is not null)
        {
            options.Transport = new HttpClientPipelineTransport(http);
        }

        return new ChatClient(Model, new ApiKeyCredential(key), options).AsIChatClient();
    }
}
