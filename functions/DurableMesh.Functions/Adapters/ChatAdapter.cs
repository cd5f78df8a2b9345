using System.Collections.Concurrent;
using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Adapters;

/// <summary>Asks a model of a configured provider, and speaks for the agent.</summary>
internal sealed class ChatAdapter(IOptions<MeshOptions> options, TimeProvider time) : IAdapter, IDisposable
{
    private readonly HttpClient _http = ProviderCall.CreateHttp(time);
    private readonly ConcurrentDictionary<(string Provider, string Model), IChatClient> _clients = new();

    public AdapterKind Kind => AdapterKind.Chat;

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _http.Dispose();
    }

    public Usage? WorstCase(AdapterCall asked) => Find(asked) is not { } provider ? null
        : new ThreadModel(ClientOf(asked, provider), OptionsOf(asked))
            .WorstCase(asked.Turn, asked.Messages, asked.Agent.Id, provider.Kind == ProviderKind.Anthropic);

    public async Task<AdapterAnswer> AskAsync(AdapterCall asked, CancellationToken cancellation)
    {
        if (Find(asked) is not { } provider)
        {
            return new AdapterAnswer(new RunEnd.Failed(
                $"The provider '{asked.Adapter.Provider}' of '{asked.Agent.Id}' is not configured on this host "
                    + $"(Mesh:Providers:{asked.Adapter.Provider}).",
                ForGood: true));
        }

        ProviderCall.Begin(asked.IdempotencyKey);
        var model = new ThreadModel(ClientOf(asked, provider), OptionsOf(asked));
        var answer = await model.AskAsync(asked.Turn, asked.Messages, asked.Agent.Id, asked.Failing, cancellation);

        // What nobody knows counts at its worst: the provider may have worked for an answer that never came.
        return new AdapterAnswer(answer.End, answer.Reply, answer.Spent ?? WorstCase(asked));
    }

    private ProviderOptions? Find(AdapterCall asked) =>
        asked.Adapter.Provider is { } name ? options.Value.Providers.GetValueOrDefault(name) : null;

    private static ModelAgentOptions OptionsOf(AdapterCall asked) => new()
    {
        Model = asked.Agent.Model,
        Chat = new ChatOptions { MaxOutputTokens = asked.Adapter.MaxOutputTokens ?? AnthropicModel.DefaultOutputTokens },
    };

    private IChatClient ClientOf(AdapterCall asked, ProviderOptions provider) => _clients.GetOrAdd(
        (asked.Adapter.Provider!, asked.Agent.Model!),
        static (of, state) => state.Adapter.Connect(of.Model, state.Provider),
        (Adapter: this, Provider: provider));

    private IChatClient Connect(string model, ProviderOptions provider)
    {
        // The call's own limit of time is the shorter one.
        var patience = options.Value.Responder.Timeout + TimeSpan.FromSeconds(10);
        if (provider.Kind == ProviderKind.Anthropic)
        {
            var anthropic = new AnthropicModel { Model = model, Patience = patience };
            return (provider.Address is { Length: > 0 } at ? anthropic with { Address = new Uri(at) } : anthropic)
                .Connect(provider.Key ?? "", _http);
        }

        var openai = new OpenAIModel { Model = model, Patience = patience };
        return (provider.Address is { Length: > 0 } there ? openai with { Address = new Uri(there) } : openai)
            .Connect(provider.Key is { Length: > 0 } key ? key : "none", _http);
    }
}
