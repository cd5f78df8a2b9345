using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Agents;

/// <summary>Reads how the mesh reaches an agent.</summary>
public static class AdapterReader
{
    /// <summary>The name of <c>pull</c> in registries of before there was anything else.</summary>
    private const string Inbox = "inbox";

    private const int MaxLength = 128;
    private const int MaxUrl = 2000;
    private const int MaxTokens = 1_000_000;

    /// <summary>Reads an adapter alone, as JSON.</summary>
    /// <param name="utf8">A text or an object.</param>
    public static ReadResult<AgentAdapter> Read(ReadOnlyMemory<byte> utf8) =>
        JsonInput.Read(
            new ReadOnlyMemory<byte>([.. "{\"adapter\":"u8, .. utf8.Span, .. "}"u8]), input => Read(input, "adapter"));

    internal static AgentAdapter? Read(ObjectReader input, string name)
    {
        if (!input.HasText(name))
        {
            return input.Object(name, ReadObject);
        }

        var text = input.Line(name, MaxLength);
        if (text is "pull" or Inbox)
        {
            return AgentAdapter.Pull;
        }

        if (text is not null)
        {
            input.Add(
                name,
                InputError.InvalidValue,
                $"This must be pull, or an object whose kind is one of {Choices<AdapterKind>.List}.");
        }

        return null;
    }

    private static AgentAdapter? ReadObject(ObjectReader input)
    {
        var kind = input.Choice<AdapterKind>("kind");
        return kind switch
        {
            AdapterKind.Webhook or AdapterKind.A2a => new AgentAdapter
            {
                Kind = kind.Value,
                Url = ReadUrl(input),
                MaxCostUsd = input.Usd("maxCostUsd"),
            },
            AdapterKind.Chat => new AgentAdapter
            {
                Kind = AdapterKind.Chat,
                Provider = input.Id("provider", MaxLength),
                MaxOutputTokens = (int?)input.Whole("maxOutputTokens", 1, MaxTokens),
            },
            AdapterKind.Pull => AgentAdapter.Pull,
            _ => Nothing(input),
        };
    }

    // Of which kind the fields are, nobody knows; that alone is wrong with them.
    private static AgentAdapter? Nothing(ObjectReader input)
    {
        input.Ignore("url", "provider", "maxOutputTokens", "maxCostUsd");
        return null;
    }

    private static string? ReadUrl(ObjectReader input)
    {
        var url = input.Line("url", MaxUrl);
        if (url is not null
            && !(Uri.TryCreate(url, UriKind.Absolute, out var address)
                && address is { Scheme: "http" or "https", UserInfo: "", Fragment: "", Host: not "" }))
        {
            input.Add(
                "url",
                InputError.InvalidValue,
                "This must be an absolute http:// or https:// address, without user or fragment.");
        }

        return url;
    }
}
