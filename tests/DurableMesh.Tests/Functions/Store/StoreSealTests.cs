using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Store;

public sealed class StoreSealTests
{
    private static readonly byte[] Thing = [1, 2, 3, 4, 5];

    [Fact]
    public async Task Every_host_of_the_store_opens_it_and_no_other_does()
    {
        var blobs = new MemoryBlobs();
        string closed = (await ReadyAsync(blobs)).Close(Thing);

        Assert.Equal(Thing, (await ReadyAsync(blobs)).Open(closed));
        Assert.Null((await ReadyAsync(new MemoryBlobs())).Open(closed));
        Assert.Null((await ReadyAsync(blobs, "another kind")).Open(closed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64url")]
    [InlineData("{0} ")]
    [InlineData("\n{0}")]
    [InlineData("{0}=")]
    [InlineData("{0}A")]
    public async Task A_text_that_was_not_given_is_opened_by_nobody(string text)
    {
        StoreSeal seal = await ReadyAsync(new MemoryBlobs());

        Assert.Null(seal.Open(text.Replace("{0}", seal.Close(Thing), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task No_other_text_opens_as_the_same_though_its_last_letter_has_bits_to_spare()
    {
        StoreSeal seal = await ReadyAsync(new MemoryBlobs());
        for (int length = 0; length < 3; length++)
        {
            string closed = seal.Close(Thing.AsSpan(length));
            Assert.Equal(Thing[length..], seal.Open(closed));
            Assert.All(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".Where(letter => letter != closed[^1]),
                letter => Assert.Null(seal.Open(closed[..^1] + letter)));
        }
    }

    private static async Task<StoreSeal> ReadyAsync(MemoryBlobs blobs, string kind = "things")
    {
        var seal = new StoreSeal(new StoreSecret(blobs, kind));
        await seal.ReadyAsync(CancellationToken.None);
        return seal;
    }
}
