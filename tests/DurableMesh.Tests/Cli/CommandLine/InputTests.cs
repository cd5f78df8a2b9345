using System.Text;
using DurableMesh.Cli;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Tests.Cli.CommandLine;

public sealed class InputTests : IAsyncLifetime
{
    private const string Words = "Größe, 日本語 and 👍";

    private readonly string _file = Path.GetTempFileName();
    private FakeMesh _mesh = null!;

    public static TheoryData<string> Encodings { get; } =
    [
        "utf-8", "utf-8 with a mark", "utf-16", "utf-16BE", "utf-32", "utf-32BE",
    ];

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync()
    {
        File.Delete(_file);
        return _mesh.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_text_is_read_as_what_its_mark_says(string name)
    {
        var encoding = name == "utf-8" ? new UTF8Encoding(false)
            : name.StartsWith("utf-8", StringComparison.Ordinal) ? new UTF8Encoding(true)
            : Encoding.GetEncoding(name);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(Words)];
        var thread = _mesh.Open();

        await File.WriteAllBytesAsync(_file, bytes, TestContext.Current.CancellationToken);
        var ofFile = await RunAsync(thread.ThreadId, [], "--file", _file);
        var ofInput = await RunAsync(thread.ThreadId, bytes, "-");

        Assert.Equal((ExitCode.Done, ExitCode.Done), (ofFile.ExitCode, ofInput.ExitCode));
        Assert.Equal([Words, Words], _mesh.Messages.Skip(1).Select(message => message.Body!.ToDisplayText()));
    }

    [Fact]
    public async Task What_is_no_text_is_refused_and_not_stored()
    {
        var thread = _mesh.Open();

        var latin = await RunAsync(thread.ThreadId, [.. "Gr"u8, 0xF6, .. "sse"u8], "-");
        var unmarked = await RunAsync(thread.ThreadId, Encoding.Unicode.GetBytes("hello"), "-");

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (latin.ExitCode, unmarked.ExitCode));
        Assert.Contains("standard input is no text in UTF-8: byte 3 is no UTF-8", latin.Error, StringComparison.Ordinal);
        Assert.Contains("it has NUL characters", unmarked.Error, StringComparison.Ordinal);
        Assert.Single(_mesh.Messages);
    }

    [Fact]
    public async Task Evidence_with_a_byte_order_mark_holds_and_none_is_written()
    {
        var thread = _mesh.Open();
        _mesh.Play(thread.ThreadId);
        await MeshRun.OfAsync(_mesh, "evidence", thread.ThreadId, "--out", _file);
        var written = await File.ReadAllBytesAsync(_file, TestContext.Current.CancellationToken);
        Assert.Equal((byte)'{', written[0]);

        foreach (var encoding in (Encoding[])[new UTF8Encoding(true), Encoding.Unicode])
        {
            var text = Encoding.UTF8.GetString(written);
            await File.WriteAllTextAsync(_file, text, encoding, TestContext.Current.CancellationToken);
            var run = await MeshRun.OfAsync("", ["evidence", "verify", _file]);

            Assert.True(run.ExitCode == ExitCode.Done, run.Out);
        }
    }

    [Theory]
    [InlineData("30m", 1800)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172_800)]
    [InlineData("1W", 604_800)]
    [InlineData("0.5s", 0.5)]
    [InlineData("PT30M", 1800)]
    [InlineData("pt2h", 7200)]
    [InlineData("P1DT2H", 93_600)]
    public void A_duration_is_short_or_ISO_8601(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("30x")]
    [InlineData("m30")]
    [InlineData("30m1h")]
    [InlineData("1.5h")]
    [InlineData("-30m")]
    public void Anything_else_is_none(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("start", "--ttl", "soon")]
    [InlineData("await", "t", "--wait", "soon")]
    [InlineData("keys", "issue", "--operator", "a", "--lifetime", "soon")]
    [InlineData("keys", "rotate", "a", "--overlap", "soon")]
    [InlineData("agent", "run", "--as", "a", "--exec", "true", "--timeout", "soon")]
    [InlineData("agent", "run", "--as", "a", "--exec", "true", "--retry-for", "soon")]
    [InlineData("agent", "run", "--as", "a", "--exec", "true", "--lease", "soon")]
    public async Task Wherever_a_duration_is_taken_both_forms_are_named(params string[] args)
    {
        var run = await MeshRun.OfAsync("", args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(
            $"{args[^2]} is a duration such as 90s, 30m, 2h or 1d, or in ISO 8601 PT90S, PT30M",
            run.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_duration_reaches_the_mesh()
    {
        var run = await MeshRun.OfAsync(
            _mesh, "start", "--task", "7", "--initiator", "a", "--responder", "b", "--subject", "s", "--accept", "AC-1=t",
            "--ttl", "45m", "-q");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Equal(TimeSpan.FromMinutes(45), _mesh.Find(run.Out.Trim())!.View().Limits.Ttl);
        Assert.Empty(run.Error);
    }

    private Task<MeshRun> RunAsync(string thread, byte[] input, params string[] args) => MeshRun.OfAsync(
        input, ["send", thread, .. args, "--as", Sample.Builder, "--kind", "note", "--url", _mesh.Url]);
}
