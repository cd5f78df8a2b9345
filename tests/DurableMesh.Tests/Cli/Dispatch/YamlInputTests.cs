using System.Net;
using DurableMesh.Cli;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Dispatch;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Tests.Core.Workflows;

namespace DurableMesh.Tests.Cli.Dispatch;

/// <summary>Chains and DAGs as people write them.</summary>
public sealed class YamlInputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-yaml-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Texts_stay_texts_and_only_numbers_and_flags_become_them()
    {
        var input = await ReadAsync("""
            mcTask: 101959
            name: no
            limits: { ttl: PT1H, costCapUsd: 1.50 }
            steps:
              - id: a
                tries: 2
                handsOn: true
                prompt: |
                  Two
                  lines.
                acceptance:
                  - id: AC-1
                    title: "true"
                after:
            """);
        Assert.Equal(
            """{"mcTask":"101959","name":"no","limits":{"ttl":"PT1H","costCapUsd":1.50},"steps":[{"id":"a","tries":2,"handsOn":true,"prompt":"Two\nlines.\n","acceptance":[{"id":"AC-1","title":"true"}],"after":null}]}""",
            input.Content.ToJsonString());
    }

    [Theory]
    [InlineData("name: a\nname: b\n", ":2:1: 'name' stands here twice.")]
    [InlineData("name: a\nsteps: [\n", "This is no YAML")]
    [InlineData("name: &x a\nother: *x\n", ":1:7: Anchors and tags")]
    [InlineData("name: *x\n", ":1:7: An alias has no meaning")]
    [InlineData("name: !!int 7\n", ":1:7: Anchors and tags")]
    [InlineData("name: a\n---\nname: b\n", ":2:1: A file is one document")]
    [InlineData("- a\n", ":1:1: This must be a mapping")]
    [InlineData("limits:\n  costCapUsd: much\n", ":2:15: costCapUsd is a number")]
    [InlineData("required: yes\n", ":1:11: required is true or false")]
    [InlineData("? [a]\n: b\n", ":1:3: A name must be a plain word.")]
    [InlineData("", "is empty")]
    [InlineData("# nothing\n", "is empty")]
    public async Task A_mistake_is_named_with_its_line_and_column(string yaml, string message)
    {
        var refused = await Assert.ThrowsAsync<CliException>(() => ReadAsync(yaml));
        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_nested_without_end_is_refused()
    {
        var refused = await Assert.ThrowsAsync<CliException>(() => ReadAsync("a: " + new string('[', 5000)));
        Assert.Contains("nested deeper than 32 levels", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_the_bytes_are_it_is_said_and_nothing_breaks()
    {
        const string Good = "name: n\nsteps:\n  - id: a\n    prompt: 'p'\n    acceptance: [ { id: A, title: t } ]\n";
        var random = new Random(14);
        for (var n = 0; n < 500; n++)
        {
            var text = Good.ToCharArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                text[random.Next(text.Length)] = ":-{}[]&*!|>'\"%@`?, \n\tax"[random.Next(23)];
            }

            try
            {
                await ReadAsync(new string(text));
            }
            catch (CliException refused)
            {
                Assert.Contains("chain.yaml", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task What_the_mesh_finds_wrong_is_shown_where_it_stands()
    {
        var input = await ReadAsync("name: n\nsteps:\n  - id: a\n    company: vizo\n");
        var refused = new MeshProblemException(HttpStatusCode.BadRequest, new Problem
        {
            Status = 400,
            Code = "invalid_request",
            Title = "The request has 3 mistakes.",
            Errors =
            [
                new InputError("steps[0].company", "unknown_company", "There is no company 'vizo'; do you mean 'vizu'?"),
                new InputError("steps[0].prompt", "missing", "This is missing."),
                new InputError("mcTask", "missing", "This is missing."),
            ],
        });

        var lines = input.Locate(refused).Message.Split('\n');
        Assert.Contains(lines, line => line.Contains("chain.yaml:4:5 steps[0].company: There is no company 'vizo'", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("chain.yaml:3:5 steps[0].prompt", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Trim().StartsWith("mcTask:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_file_at_a_time()
    {
        var run = await MeshRun.OfAsync("", ["dispatch", "--chain", "a.yaml", "--dag", "b.yaml"]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("there can be one", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chain.yaml", "chain")]
    [InlineData("dag.yaml", "dag")]
    public async Task The_samples_are_what_they_say(string file, string surface)
    {
        var path = Path.Combine(Installation.FindOrNull()!.Root, "samples", "surfaces", file);
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, false, false);
        var input = await YamlInput.ReadAsync(path, asYaml: true, terminal, TestContext.Current.CancellationToken);
        input.Content["surface"] = surface;
        DispatchCommand.Number(input.Content["steps"]!.AsArray());
        var read = WorkflowReader.Read(System.Text.Encoding.UTF8.GetBytes(input.Content.ToJsonString()));
        Assert.Empty(read.Errors);
        Assert.True(read.Value!.Steps.Count > 1);
    }

    private async Task<YamlInput> ReadAsync(string yaml)
    {
        var file = Path.Combine(_folder.FullName, "chain.yaml");
        await File.WriteAllTextAsync(file, yaml, TestContext.Current.CancellationToken);
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, false, false);
        return await YamlInput.ReadAsync(file, asYaml: true, terminal, TestContext.Current.CancellationToken);
    }
}
