using DurableMesh.Cli.Experiments.Runs;
using Microsoft.Extensions.AI;
using Moq;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>A model's prompts begin with what shares them, and tokens are counted where the provider does not.</summary>
public sealed class ScopedClientTests
{
    private readonly List<ChatMessage> _sent = [];
    private int _countedHere;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_prompt_begins_with_the_name_of_what_shares_it()
    {
        await AskAsync(new UsageContent(new UsageDetails { InputTokenCount = 10, OutputTokenCount = 2 }));

        Assert.Equal("Session small/one/mesh/1.", _sent[0].Text);
        Assert.Equal("Go on.", _sent[1].Text);
    }

    [Fact]
    public async Task The_providers_count_is_taken_as_it_is()
    {
        UsageDetails usage = await AskAsync(new UsageContent(new UsageDetails
        {
            InputTokenCount = 10,
            CachedInputTokenCount = 8,
            OutputTokenCount = 2,
        }));

        Assert.Equal((10, 8, 2), (usage.InputTokenCount, usage.CachedInputTokenCount, usage.OutputTokenCount));
        Assert.Equal(0, _countedHere);
    }

    [Fact]
    public async Task Where_the_provider_counts_nothing_a_tokenizer_does_and_says_so()
    {
        UsageDetails usage = await AskAsync();

        // o200k_base: "Session small/one/mesh/1." and "Go on." are 9 and 3 tokens, "It is done." 4.
        Assert.Equal((12, 4), (usage.InputTokenCount, usage.OutputTokenCount));
        Assert.Equal(1, _countedHere);
    }

    private async Task<UsageDetails> AskAsync(params AIContent[] more)
    {
        var model = new Mock<IChatClient>();
        model.Setup(one => one.GetStreamingResponseAsync(
                It.IsAny<IEnumerable<ChatMessage>>(), It.IsAny<ChatOptions?>(), It.IsAny<CancellationToken>()))
            .Callback((IEnumerable<ChatMessage> messages, ChatOptions? _, CancellationToken _) => _sent.AddRange(messages))
            .Returns(AnswerAsync(more));
        using var client = new ScopedClient(model.Object, "small/one/mesh/1", () => _countedHere++);
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("Go on.", null, Cancellation))
        {
            updates.Add(update);
        }

        return updates.ToChatResponse().Usage!;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(IEnumerable<AIContent> more)
    {
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, "It is done.");
        foreach (AIContent content in more)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
        }
    }
}
