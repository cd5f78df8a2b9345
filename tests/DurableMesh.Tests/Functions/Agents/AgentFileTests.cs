using DurableMesh.Functions;
using DurableMesh.Functions.Agents;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Agents;

public sealed class AgentFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_changed_file_is_read_again()
    {
        var agents = Open("""{"agents":[{"id":"one","company":"c","roles":["builder"]}]}""");
        Assert.NotNull(agents.Current.Find("one"));

        Write("""{"agents":[{"id":"two","company":"c","roles":["builder"],"aliases":["deux"]}]}""");

        Assert.Null(agents.Current.Find("one"));
        Assert.Equal("two", agents.Current.Find("deux")?.Id);
    }

    [Theory]
    [InlineData("""{"agents":[{"id":"Two Words","company":"c","roles":["builder"]}]}""", "slug")]
    [InlineData("""{"agents":[""", "no JSON")]
    [InlineData("", "no content")]
    public void A_broken_file_keeps_the_last_good_one_and_says_why(string content, string why)
    {
        var agents = Open("""{"agents":[{"id":"one","company":"c","roles":["builder"]}]}""");

        Write(content);

        Assert.NotNull(agents.Current.Find("one"));
        Assert.Contains(why, agents.Failure, StringComparison.Ordinal);
        Write("""{"agents":[{"id":"two","company":"c","roles":["builder"]}]}""");
        Assert.NotNull(agents.Current.Find("two"));
        Assert.Null(agents.Failure);
    }

    [Fact]
    public void A_missing_file_is_no_agents_until_it_is_there()
    {
        File.Delete(_path);
        var agents = new AgentFile(OptionsFor(), _time, NullLogger<AgentFile>.Instance);
        Assert.Empty(agents.Current.Agents);
        Assert.NotNull(agents.Failure);

        Write("""{"agents":[{"id":"one","company":"c","roles":["builder"]}]}""");

        Assert.Single(agents.Current.Agents);
    }

    [Fact]
    public void The_sample_registry_that_is_shipped_is_good()
    {
        var options = Options.Create(new MeshOptions());

        var agents = new AgentFile(options, _time, NullLogger<AgentFile>.Instance);

        Assert.Null(agents.Failure);
        Assert.NotNull(agents.Current.Find("codecraft-builder"));
        Assert.NotNull(agents.Current.Find("proveo-verifier"));
    }

    private AgentFile Open(string content)
    {
        Write(content);
        return new AgentFile(OptionsFor(), _time, NullLogger<AgentFile>.Instance);
    }

    private IOptions<MeshOptions> OptionsFor() => Options.Create(new MeshOptions { AgentsFile = _path });

    private void Write(string content)
    {
        File.WriteAllText(_path, content);
        _time.Advance(TimeSpan.FromSeconds(2));
        File.SetLastWriteTimeUtc(_path, _time.GetUtcNow().UtcDateTime);
    }
}
