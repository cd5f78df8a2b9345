using DurableMesh.Core.Evidence;

namespace DurableMesh.Tests.Core.Evidence;

public sealed class PinnedHeadTests
{
    private static readonly string Head = EvidenceSample.Entries[^1].Hash;

    [Fact]
    public void A_file_with_the_head_that_was_kept_holds() =>
        Assert.True(EvidenceVerifier.Verify(EvidenceSample.File.ToUtf8(), Head).Holds);

    [Fact]
    public void A_file_that_is_whole_in_itself_and_has_another_head_does_not()
    {
        var shorter = EvidenceFile.Of([.. EvidenceSample.Entries.Take(5)]).ToUtf8();
        Assert.True(EvidenceVerifier.Verify(shorter).Holds);

        var finding = Assert.Single(EvidenceVerifier.Verify(shorter, Head).Findings);

        Assert.Equal((EvidenceFault.HeadMismatch, Head), (finding.Fault, finding.Expected));
    }

    [Fact]
    public void A_head_is_read_with_its_prefix_and_without()
    {
        var digits = Head[ContentHash.Prefix.Length..];
        Assert.All(
            [Head, digits, digits.ToUpperInvariant(), $" {Head}\n"], text => Assert.Equal(Head, ContentHash.TryReadHead(text)));
        Assert.All(["", "sha256:", digits[1..], "md5:" + digits], text => Assert.Null(ContentHash.TryReadHead(text)));
    }
}
