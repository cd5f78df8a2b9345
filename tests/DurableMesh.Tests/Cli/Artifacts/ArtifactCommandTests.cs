using System.Text;
using DurableMesh.Cli;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Redaction;

namespace DurableMesh.Tests.Cli.Artifacts;

public sealed class ArtifactCommandTests : IAsyncLifetime
{
    private const string Thread = "8f0e7a52-0d0b-4c53-9c3a-0f7e2f1f3f10";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-artifacts-");
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_is_put_and_comes_back_byte_for_byte()
    {
        var content = Enumerable.Range(0, 100_000).Select(n => (byte)(n * 7)).ToArray();
        var (from, to) = (PathOf("patch.diff"), PathOf("got.diff"));
        await File.WriteAllBytesAsync(from, content, Stop);
        await File.WriteAllTextAsync(to, "there before", Stop);

        var put = await RunAsync("artifact", "put", Thread, from, "--as", "builder");
        var sha256 = ContentHash.Hex(content);
        var get = await RunAsync("artifact", "get", Thread, sha256, "--out", to);
        var piped = await RunAsync("artifact", "get", Thread, sha256);

        Assert.Equal((0, 0, 0), (put.ExitCode, get.ExitCode, piped.ExitCode));
        Assert.Equal($"patch.diff  {sha256}  100000\n", put.Out);
        Assert.Equal(content, await File.ReadAllBytesAsync(to, Stop));
        Assert.Equal(content, piped.Bytes);
        Assert.Equal(["got.diff", "patch.diff"], _folder.GetFiles().Select(file => file.Name).Order());
        Assert.Contains($"POST /api/threads/{Thread}/artifacts?from=builder&name=patch.diff", _mesh.Requests);
    }

    [Fact]
    public async Task In_JSON_it_is_what_a_message_takes()
    {
        var run = await MeshRun.OfAsync(
            "a patch", ["artifact", "put", Thread, "-", "--as", "builder", "--name", "p #1.diff", "--json", "--url", _mesh.Url]);

        var sha256 = ContentHash.Hex("a patch"u8);
        Assert.Equal(
            new Artifact { Name = "p #1.diff", Sha256 = sha256, Size = 7, Uri = $"/api/threads/{Thread}/artifacts/{sha256}" },
            run.Json<Artifact>());
    }

    [Fact]
    public async Task In_a_runners_command_thread_and_agent_go_without_saying()
    {
        Environment.SetEnvironmentVariable("MESH_THREAD", Thread);
        Environment.SetEnvironmentVariable("MESH_AGENT", "builder");
        try
        {
            var put = await MeshRun.OfAsync("x", ["artifact", "put", "-", "--name", "x", "--url", _mesh.Url]);
            var get = await RunAsync("artifact", "get", ContentHash.Hex("x"u8));

            Assert.Equal((0, "x"), (put.ExitCode, Encoding.UTF8.GetString(get.Bytes)));
            Assert.Contains($"POST /api/threads/{Thread}/artifacts?from=builder&name=x", _mesh.Requests);
        }
        finally
        {
            Environment.SetEnvironmentVariable("MESH_THREAD", null);
            Environment.SetEnvironmentVariable("MESH_AGENT", null);
        }
    }

    [Theory]
    [InlineData("put - --name x --as a", "Which thread")]
    [InlineData("put t - --name x", "Whose file")]
    [InlineData("put t - --as a", "no name")]
    [InlineData("put t /no/such/file --as a", "/no/such/file cannot be read")]
    [InlineData("get t ABC", "no SHA-256")]
    public async Task A_command_that_is_not_complete_says_so_and_asks_nobody(string args, string said)
    {
        var run = await MeshRun.OfAsync("", ["artifact", .. args.Split(' '), "--url", _mesh.Url]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    [Fact]
    public async Task A_terminal_is_not_written_to()
    {
        var run = await MeshRun.OfAsync(
            "", ["artifact", "get", Thread, ContentHash.Hex("x"u8), "--url", _mesh.Url], outputIsTerminal: true);

        Assert.Equal((ExitCode.Usage, 0), (run.ExitCode, run.Bytes.Length));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_not_sent()
    {
        var file = PathOf("large.bin");
        await using (var large = File.Create(file))
        {
            large.SetLength(ArtifactRules.MaxBytes + 1L);
        }

        var run = await RunAsync("artifact", "put", Thread, file, "--as", "builder");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Empty(_mesh.Requests);
    }

    [Fact]
    public async Task Content_with_another_hash_is_refused_and_no_file_is_left()
    {
        await MeshRun.OfAsync("x", ["artifact", "put", Thread, "-", "--as", "a", "--name", "x", "--url", _mesh.Url]);
        _mesh.Artifacts.Giving = content => [.. content, 1];

        var run = await RunAsync("artifact", "get", Thread, ContentHash.Hex("x"u8), "--out", PathOf("x"));

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("is not the artifact", run.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task A_mesh_that_keeps_something_else_must_say_that_it_redacted_it()
    {
        string[] put = ["artifact", "put", Thread, "-", "--as", "a", "--name", "x", "--json", "--url", _mesh.Url];
        _mesh.Artifacts.Keeping = content => [.. content, 1];
        Assert.Equal(ExitCode.Refused, (await MeshRun.OfAsync("x", put)).ExitCode);

        _mesh.Artifacts.Redactions = Redactor.Redact("ola@example.com", Redacting.Key).Counts;
        var run = await MeshRun.OfAsync("x", put);

        Assert.Equal((ExitCode.Done, 2L), (run.ExitCode, run.Json<Artifact>().Size));
        Assert.Contains("""{"email":1}""", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_that_is_not_there_is_a_refusal()
    {
        var run = await RunAsync("artifact", "get", Thread, ContentHash.Hex("x"u8));

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("artifact_not_found", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_gets_no_file()
    {
        await MeshRun.OfAsync("x", ["artifact", "put", Thread, "-", "--as", "a", "--name", "x", "--url", _mesh.Url]);

        var run = await RunAsync("artifact", "get", Thread, ContentHash.Hex("x"u8), "--out", PathOf("no/such/x"));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("cannot be written", run.Error, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, args);
}
