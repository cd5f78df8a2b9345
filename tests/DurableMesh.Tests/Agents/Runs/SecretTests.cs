using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class SecretTests
{
    private const string Key = "dmk_\"quoted\\key\"";

    [Fact]
    public void No_part_of_a_reply_keeps_the_key_also_where_JSON_writes_it_in_another_way()
    {
        var reply = new AgentReply
        {
            Kind = MessageKind.Verdict,
            Body = JsonText.OfString($"curl -H 'Bearer {Key}'"),
            Checks =
            [
                new Check { Id = "AC-1", Status = CheckStatus.Fail, Title = Key, Detail = $"a {Key} b", Location = $"{Key}:7" },
            ],
            Artifacts = [new Artifact { Name = $"{Key}.txt", Size = 1, Sha256 = "ab", Uri = $"https://host/{Key}" }],
        };

        var hidden = new Secret(Key).Hide(reply);

        Assert.Equal("curl -H 'Bearer [mesh key]'", hidden.Body!.ToDisplayText());
        Assert.Equal(
            ("[mesh key]", "a [mesh key] b", "[mesh key]:7"),
            (hidden.Checks[0].Title, hidden.Checks[0].Detail, hidden.Checks[0].Location));
        Assert.Equal(("[mesh key].txt", "https://host/[mesh key]"), (hidden.Artifacts[0].Name, hidden.Artifacts[0].Uri));
    }

    [Fact]
    public void No_end_of_a_run_keeps_the_key()
    {
        var secret = new Secret(Key);

        Assert.Equal(new RunEnd.Done("[mesh key]"), secret.Hide(new RunEnd.Done(Key)));
        Assert.Equal(new RunEnd.Done(), secret.Hide(new RunEnd.Done()));
        Assert.Equal("[mesh key]", ((RunEnd.Later)secret.Hide(new RunEnd.Later(Key))).Why);
        Assert.Equal("[mesh key]", ((RunEnd.Failed)secret.Hide(new RunEnd.Failed(Key))).Why);
        Assert.Equal(new RunEnd.Refused("bad", "[mesh key]"), secret.Hide(new RunEnd.Refused("bad", Key)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_key_everything_stays(string? key)
    {
        var reply = AgentReply.Of(MessageKind.Note, "as it is");

        Assert.Same(reply, new Secret(key).Hide(reply));
        Assert.Equal("as it is", new Secret(key).Hide("as it is"));
    }
}
