using DurableMesh.Cli;
using DurableMesh.Cli.Agents;

namespace DurableMesh.Tests.Cli.Agents;

public sealed class ProgressFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-progress-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var progress = new AgentProgress("at-7", [new MessageKey("t", 8)]);
        using (var file = ProgressFile.Open(_folder, "a"))
        {
            file.Save(AgentProgress.None);
            file.Save(progress);
        }

        using var again = ProgressFile.Open(_folder, "a");

        Assert.Equivalent(progress, again.Load(), strict: true);
    }

    [Fact]
    public void One_agent_has_one_runner()
    {
        using var first = ProgressFile.Open(_folder, "a");

        var taken = Assert.Throws<CliException>(() => ProgressFile.Open(_folder, "a"));

        Assert.Contains("Another", taken.Message, StringComparison.Ordinal);
        using var other = ProgressFile.Open(_folder, "b");
    }

    [Fact]
    public void A_damaged_file_is_an_error_that_names_it()
    {
        using var file = ProgressFile.Open(_folder, "a");
        File.WriteAllText(Path.Combine(_folder, "a.json"), "{\"after\":");

        var damaged = Assert.Throws<CliException>(() => file.Load());

        Assert.Contains("a.json", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_cannot_name_a_file_elsewhere()
    {
        using var file = ProgressFile.Open(_folder, "../../etc/x");
        file.Save(AgentProgress.None);

        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }
}
