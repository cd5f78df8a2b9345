using System.CommandLine;
using System.Text.RegularExpressions;
using DurableMesh.Cli;
using DurableMesh.Cli.CommandLine;
using YamlDotNet.RepresentationModel;

namespace DurableMesh.Tests.Samples;

/// <summary>
/// The samples for Docker and systemd, as far as they can be checked without either: what they name is there, and their commands
/// are commands.
/// </summary>
public sealed partial class InstallSamplesTests
{
    private static readonly string Root = Installation.FindOrNull()!.Root;
    private static readonly string Docker = Path.Combine(Root, "samples", "docker");

    [Fact]
    public void The_compose_file_has_a_host_its_storage_and_two_agents_whose_commands_are_commands()
    {
        var services = Services();

        Assert.Equal(["azurite", "builder", "mesh", "verifier"], services.Select(service => service.Name).Order());
        foreach (var (name, service) in services.Where(service => service.Name != "azurite"))
        {
            Assert.Equal("durablemesh", Text(service["image"]));
            AssertIsCommand(name, [.. ((YamlSequenceNode)service["command"]).Select(Text)]);
        }
    }

    [Fact]
    public void What_the_compose_file_refers_to_is_there()
    {
        var file = Compose();
        var services = Services();
        var named = ((YamlMappingNode)file["volumes"]).Children.Keys.Select(Text).ToList();
        foreach (var (_, service) in services)
        {
            var volumes = service.Children.TryGetValue("volumes", out var some) ? ((YamlSequenceNode)some).Select(Text) : [];
            foreach (var source in volumes.Select(volume => volume.Split(':')[0]))
            {
                Assert.True(named.Contains(source) || File.Exists(Path.Combine(Docker, source)), source);
            }

            var needed = service.Children.TryGetValue("depends_on", out var others)
                ? others is YamlMappingNode map ? map.Children.Keys : ((YamlSequenceNode)others).Children
                : [];
            Assert.All(needed, other => Assert.Contains(Text(other), services.Select(one => one.Name)));
        }

        var build = (YamlMappingNode)services.Single(service => service.Name == "mesh").Service["build"];
        var context = Path.GetFullPath(Path.Combine(Docker, Text(build["context"])));
        Assert.Equal(Path.TrimEndingDirectorySeparator(Root), Path.TrimEndingDirectorySeparator(context));
        Assert.True(File.Exists(Path.Combine(context, Text(build["dockerfile"]))));
    }

    [Fact]
    public void The_image_of_Azurite_is_the_version_that_is_pinned()
    {
        var azurite = Text(Services().Single(service => service.Name == "azurite").Service["image"]);
        var pinned = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "package.json")))
            .RootElement.GetProperty("dependencies").GetProperty("azurite").GetString();

        Assert.EndsWith($"azurite:{pinned}", azurite, StringComparison.Ordinal);
    }

    [Fact]
    public void The_Dockerfile_builds_a_project_that_is_there_and_begins_as_a_command()
    {
        var lines = File.ReadAllText(Path.Combine(Docker, "Dockerfile"));

        var project = Published().Match(lines).Groups[1].Value;
        Assert.True(File.Exists(Path.Combine(Root, project, $"{Path.GetFileName(project)}.csproj")), project);
        Assert.Contains($"/opt/mesh/{AssemblyOf(project)} ", lines, StringComparison.Ordinal);
        Assert.Contains("ENTRYPOINT [\"mesh\"]", lines, StringComparison.Ordinal);
        AssertIsCommand("CMD", [.. Words().Matches(Cmd().Match(lines).Groups[1].Value).Select(word => word.Groups[1].Value)]);
    }

    [Fact]
    public void The_units_command_is_a_command_and_stops_before_its_storage_does()
    {
        var unit = File.ReadAllLines(Path.Combine(Root, "samples", "systemd", "durablemesh.service"))
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
            .Select(line => line.Split('=', 2))
            .ToLookup(pair => pair[0], pair => pair[1]);

        var start = Assert.Single(unit["ExecStart"]).Split(' ');
        Assert.Equal("/usr/local/bin/mesh", start[0]);
        AssertIsCommand("ExecStart", start[1..]);
        Assert.Equal(["mixed"], unit["KillMode"]);
    }

    private static void AssertIsCommand(string where, string[] words)
    {
        var root = MeshCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, false, false));
        Assert.Equal(where, string.Join("; ", root.Parse(words).Errors.Select(error => error.Message).Prepend(where)));
    }

    private static YamlMappingNode Compose()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Docker, "compose.yaml"));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static List<(string Name, YamlMappingNode Service)> Services() =>
        [.. ((YamlMappingNode)Compose()["services"]).Children.Select(one => (Text(one.Key), (YamlMappingNode)one.Value))];

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static string AssemblyOf(string project) => AssemblyName()
        .Match(File.ReadAllText(Path.Combine(Root, project, $"{Path.GetFileName(project)}.csproj"))).Groups[1].Value;

    [GeneratedRegex(@"dotnet publish (\S+)")]
    private static partial Regex Published();

    [GeneratedRegex("<AssemblyName>(.*)</AssemblyName>")]
    private static partial Regex AssemblyName();

    [GeneratedRegex(@"^CMD \[(.*)\]", RegexOptions.Multiline)]
    private static partial Regex Cmd();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Words();
}
