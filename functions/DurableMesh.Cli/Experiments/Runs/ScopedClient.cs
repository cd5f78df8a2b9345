using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.ML.Tokenizers;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>
/// A model whose prompts begin with the name of what shares them, so that a provider's cache holds within that and never beyond:
/// no run is cheaper because another one came before it. Tokens that the provider does not count are counted here.
/// </summary>
/// <param name="client">The model.</param>
/// <param name="scope">The name.</param>
/// <param name="countedHere">Called where tokens had to be counted here.</param>
internal sealed class ScopedClient(IChatClient client, string scope, Action countedHere) : DelegatingChatClient(client)
{
    private static readonly Lazy<Tokenizer> Tokens = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> all = [new(ChatRole.System, $"Session {scope}."), .. messages];
        var (isCounted, words) = (false, new List<string>());
        await foreach (var update in base.GetStreamingResponseAsync(all, options, cancellationToken))
        {
            isCounted |= update.Contents.OfType<UsageContent>().Any(usage => usage.Details.InputTokenCount > 0);
            words.Add(WordsOf(update.Contents));
            yield return update;
        }

        if (!isCounted)
        {
            countedHere();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails
            {
                InputTokenCount = all.Sum(message => Count(WordsOf(message.Contents))),
                OutputTokenCount = Count(string.Concat(words)),
            })]);
        }
    }

    private static long Count(string text) => Tokens.Value.CountTokens(text);

    private static string WordsOf(IEnumerable<AIContent> contents) => string.Concat(contents.Select(content => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => $"{call.Name} {string.Join(' ', call.Arguments?.Values ?? [])}",
        FunctionResultContent result => $"{result.Result}",
        _ => "",
    }));
}
