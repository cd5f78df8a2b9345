using CsCheck;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;

namespace DurableMesh.Tests.Core.Identity;

public sealed class KeyTextTests
{
    private const string Secret = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
    private const string Text = $"dmk_0102030405060708_{Secret}";

    private static readonly Gen<KeyText> Keys =
        Gen.Select(Gen.Byte.Array[KeyText.IdBytes], Gen.Byte.Array[KeyText.SecretBytes], (id, secret) => KeyText.Of(id, secret));

    [Fact]
    public void A_key_is_its_id_and_its_secret_and_only_its_hash_is_kept()
    {
        var key = KeyText.Of([1, 2, 3, 4, 5, 6, 7, 8], [.. Enumerable.Range(1, KeyText.SecretBytes).Select(n => (byte)n)]);

        Assert.Equal(Text, key.Reveal());
        Assert.Equal("0102030405060708", key.Id);
        Assert.Equal(ContentHash.Hex("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"u8), key.SecretHash);
    }

    [Fact]
    public void What_is_logged_of_a_key_has_no_secret() =>
        Keys.Sample(key => Assert.Equal($"dmk_{key.Id}", $"{key}"), iter: 20);

    [Fact]
    public void Every_key_reads_back_as_itself() => Keys.Sample(
        key =>
        {
            Assert.True(KeyText.TryParse(key.Reveal(), out var read));
            Assert.Equal((key.Id, key.SecretHash), (read.Id, read.SecretHash));
        },
        iter: 200);

    [Theory]
    [InlineData("")]
    [InlineData("dmk_")]
    [InlineData(Secret)]
    [InlineData($"dmk_0102030405060708{Secret}_")]
    [InlineData($"DMK_0102030405060708_{Secret}")]
    [InlineData($"dmk_010203040506070A_{Secret}")]
    [InlineData($"dmk_0102030405060708-{Secret}")]
    [InlineData($"dmk_0102030405060708_{Secret}=")]
    [InlineData($"dmk_0102030405060708_{Secret}\n")]
    [InlineData($" {Text}")]
    public void What_is_no_key_is_not_read(string text) => Assert.False(KeyText.TryParse(text, out _));

    [Fact]
    public void No_change_of_one_character_leaves_the_same_key() => Gen.Select(Gen.Int[0, Text.Length - 1], Gen.Char).Sample(
        (at, character) =>
        {
            var changed = Text[..at] + character + Text[(at + 1)..];
            Assert.True(KeyText.TryParse(Text, out var original));
            Assert.True(
                changed == Text || !KeyText.TryParse(changed, out var other)
                || other.Id != original.Id || other.SecretHash != original.SecretHash);
        },
        iter: 1000);
}
