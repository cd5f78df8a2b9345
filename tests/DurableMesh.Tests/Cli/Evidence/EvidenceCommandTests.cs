using System.Text;
using DurableMesh.Cli;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Tests.Cli.Evidence;

public sealed class EvidenceCommandTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Evidence_goes_to_standard_output_or_to_a_file_byte_for_byte()
    {
        var thread = _mesh.Open();
        _mesh.Play(thread.ThreadId);
        using var file = new TemporaryFile("");

        var printed = await MeshRun.OfAsync(_mesh, "evidence", thread.ThreadId);
        await MeshRun.OfAsync(_mesh, "evidence", thread.ThreadId, "--out", file.Path);

        var evidence = Encoding.UTF8.GetString(_mesh.Evidence(thread.ThreadId));
        Assert.Equal(evidence.TrimEnd(), printed.Out.TrimEnd());
        Assert.Equal(evidence, await File.ReadAllTextAsync(file.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Evidence_that_holds_is_said_to_hold_without_any_mesh()
    {
        using var file = Played();

        var run = await MeshRun.OfAsync("", ["evidence", "verify", file.Path]);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains("the evidence holds", run.Out, StringComparison.Ordinal);
        Assert.Contains("PASS verified", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_file_is_refused_and_the_entry_is_named()
    {
        using var file = Played("line 2 is lost", "line 3 is lost");

        var run = await MeshRun.OfAsync("", ["evidence", "verify", file.Path]);

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("entry 3 (v-1)", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pinned_head_must_be_the_files()
    {
        using var file = Played();
        var head = EvidenceVerifier.Verify(await File.ReadAllBytesAsync(file.Path, TestContext.Current.CancellationToken)).Head!;
        var other = new string('0', 64);

        var same = await MeshRun.OfAsync(
            "", ["evidence", "verify", file.Path, "--head", head["sha256:".Length..].ToUpperInvariant()]);
        var wrong = await MeshRun.OfAsync("", ["evidence", "verify", file.Path, "--head", other]);
        var json = await MeshRun.OfAsync("", ["evidence", "verify", file.Path, "--head", other, "--json"]);
        var none = await MeshRun.OfAsync("", ["evidence", "verify", file.Path, "--head", "0x12"]);

        Assert.Equal(
            (ExitCode.Done, ExitCode.Refused, ExitCode.Refused, ExitCode.Usage),
            (same.ExitCode, wrong.ExitCode, json.ExitCode, none.ExitCode));
        Assert.Contains("head_mismatch", wrong.Out, StringComparison.Ordinal);
        Assert.Equal(
            ("sha256:" + other, head), (json.Json<EvidenceReport>().Findings[0].Expected, json.Json<EvidenceReport>().Head));
    }

    [Fact]
    public async Task In_JSON_the_report_is_one_document()
    {
        using var file = Played("line 2 is lost", "line 3 is lost");

        var report = (await MeshRun.OfAsync("", ["evidence", "verify", file.Path, "--json"])).Json<EvidenceReport>();

        Assert.False(report.Holds);
        Assert.Contains(report.Findings, finding => finding is { Entry: 3, Fault: EvidenceFault.HashMismatch });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"threadId\":")]
    [InlineData("[]")]
    public async Task A_file_that_is_no_evidence_is_refused(string content)
    {
        using var file = new TemporaryFile(content);

        Assert.Equal(ExitCode.Refused, (await MeshRun.OfAsync("", ["evidence", "verify", file.Path])).ExitCode);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_usage_error()
    {
        var run = await MeshRun.OfAsync("", ["evidence", "verify", "/no/such/file"]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("/no/such/file", run.Error, StringComparison.Ordinal);
    }

    private TemporaryFile Played(string text = "", string replacement = "")
    {
        var thread = _mesh.Open();
        _mesh.Play(thread.ThreadId);
        var evidence = Encoding.UTF8.GetString(_mesh.Evidence(thread.ThreadId));
        return new TemporaryFile(text.Length == 0 ? evidence : Replace(evidence, text, replacement));
    }

    private static string Replace(string evidence, string text, string replacement)
    {
        var at = evidence.IndexOf(text, evidence.IndexOf("\"v-1\"", StringComparison.Ordinal), StringComparison.Ordinal);
        return string.Concat(evidence.AsSpan(0, at), replacement, evidence.AsSpan(at + text.Length));
    }
}
