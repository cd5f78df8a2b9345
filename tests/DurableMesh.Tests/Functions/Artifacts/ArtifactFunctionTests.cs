using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Artifacts;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Moq;

namespace DurableMesh.Tests.Functions.Artifacts;

/// <summary>Files that travel in a thread: whose, how large, under which name, and what zones let through.</summary>
public sealed class ArtifactFunctionTests : IAsyncDisposable
{
    private const string FromBuilder = "?from=builder&name=patch.diff";
    private const int Limit = ArtifactRules.MaxBytes;

    private static readonly byte[] Patch = "--- a/CsvReader.cs\n+++ b/CsvReader.cs\n"u8.ToArray();
    private static readonly Caller Operator = new(Subject.Operator("ann"), Enum.GetValues<Scope>());

    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task An_artifact_is_found_by_its_hash_and_the_same_again_is_the_same()
    {
        var id = await _mesh.StartedAsync();

        var first = await _mesh.PutArtifactAsync(id, FromBuilder, Patch);
        var again = await _mesh.PutArtifactAsync(id, FromBuilder, Patch);

        Assert.Equal((201, 200), (first.Status, again.Status));
        Assert.Equal(first.Utf8, again.Utf8);
        var uri = $"/api/threads/{id}/artifacts/{HashOf(Patch)}";
        Assert.Equal(
            $$"""{"name":"patch.diff","sha256":"{{HashOf(Patch)}}","size":{{Patch.Length}},"uri":"{{uri}}"}""",
            Encoding.UTF8.GetString(first.Utf8));
        Assert.Equal(uri, first.Headers.Location);
        var got = await _mesh.GetArtifactAsync(id, HashOf(Patch));
        Assert.Equal(Patch, got.Utf8);
        Assert.Equal("application/octet-stream", got.Headers.ContentType);
        Assert.Equal($"attachment; filename=\"{HashOf(Patch)}\"", got.Headers.ContentDisposition);
        Assert.Equal("nosniff", got.Headers.XContentTypeOptions);
        Assert.Equal($"\"{HashOf(Patch)}\"", got.Headers.ETag);
        Assert.Equal("private, max-age=31536000, immutable", got.Headers.CacheControl);
    }

    [Fact]
    public async Task Who_has_it_already_gets_no_bytes()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.PutArtifactAsync(id, FromBuilder, Patch);

        var got = await _mesh.GetArtifactAsync(
            id, HashOf(Patch), request => request.Headers.IfNoneMatch = $"\"{HashOf(Patch)}\"");

        Assert.Equal((304, 0), (got.Status, got.Utf8.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(Limit - 1)]
    [InlineData(Limit)]
    public async Task Any_size_up_to_the_limit_comes_back_byte_for_byte(int size)
    {
        var id = await _mesh.StartedAsync();
        var content = new byte[size];
        Random.Shared.NextBytes(content);

        var kept = await _mesh.PutArtifactAsync(id, FromBuilder, content);

        Assert.Equal((201, HashOf(content)), (kept.Status, kept.Text("sha256")));
        var got = await _mesh.GetArtifactAsync(id, HashOf(content));
        Assert.Equal((200, size, HashOf(content)), (got.Status, got.Utf8.Length, HashOf(got.Utf8)));
    }

    [Fact]
    public async Task One_byte_too_many_is_refused_and_nothing_is_kept()
    {
        var id = await _mesh.StartedAsync();

        Assert.Equal((413, "artifact_too_large"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, new byte[Limit + 1])));
        Assert.Empty(Kept());
    }

    [Theory]
    [InlineData("..%2Fx")]
    [InlineData("a%5Cb")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("gpj%E2%80%AEexe.txt")]
    [InlineData("%20")]
    public async Task A_name_that_is_no_files_name_is_refused(string name)
    {
        var id = await _mesh.StartedAsync();

        var refused = await _mesh.PutArtifactAsync(id, $"?from=builder&name={name}", Patch);

        Assert.Equal((400, "invalid_value"), Of(refused));
        Assert.Empty(Kept());
    }

    [Fact]
    public async Task A_name_may_be_long_and_odd_but_no_longer_than_a_files()
    {
        var id = await _mesh.StartedAsync();
        foreach (var name in (string[])["👩‍💻 patch (2).diff", "prøve \"x\".txt", new string('n', 255), "-rf", ".hidden"])
        {
            var kept = await _mesh.PutArtifactAsync(id, $"?from=builder&name={Uri.EscapeDataString(name)}", Patch);
            Assert.Equal(name, kept.Text("name"));
        }

        foreach (var name in (string[])[new string('n', 256), new string('n', 300), new string('å', 128)])
        {
            Assert.Equal((400, "invalid_value"), Of(await _mesh.PutArtifactAsync(id, $"?from=builder&name={name}", Patch)));
        }
    }

    [Theory]
    [InlineData("", "invalid_request")]
    [InlineData("?from=builder", "missing")]
    [InlineData("?name=x", "missing")]
    [InlineData("?from=builder&name=x&to=y", "unknown_field")]
    public async Task A_request_says_who_and_under_which_name(string query, string code) =>
        Assert.Equal((400, code), Of(await _mesh.PutArtifactAsync(await _mesh.StartedAsync(), query, Patch)));

    [Fact]
    public async Task Only_parties_put_and_get_and_operators_read()
    {
        var id = await _mesh.StartedAsync();
        Assert.Equal((403, "not_a_party"), Of(await _mesh.PutArtifactAsync(id, "?from=vizu-builder&name=x", Patch)));

        _mesh.Caller = Agent(SampleThread.Builder);
        Assert.Equal(201, (await _mesh.PutArtifactAsync(id, FromBuilder, Patch)).Status);
        Assert.Equal((403, "forged_sender"), Of(await _mesh.PutArtifactAsync(id, "?from=verifier&name=x", Patch)));

        _mesh.Caller = Agent(SampleThread.Verifier);
        Assert.Equal(200, (await _mesh.GetArtifactAsync(id, HashOf(Patch))).Status);
        Assert.Equal((403, "forged_sender"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, Patch)));

        _mesh.Caller = Operator;
        Assert.Equal(200, (await _mesh.GetArtifactAsync(id, HashOf(Patch))).Status);
        Assert.Equal((403, "forged_sender"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, Patch)));

        _mesh.Caller = Agent("vizu-builder");
        Assert.Equal((403, "not_a_party"), Of(await _mesh.GetArtifactAsync(id, HashOf(Patch))));
        Assert.Equal((403, "not_a_party"), Of(await _mesh.GetArtifactAsync(id, HashOf([1]))));
        Assert.Equal((403, "not_a_party"), Of(await _mesh.PutArtifactAsync(id, "?from=vizu-builder&name=x", Patch)));
    }

    [Fact]
    public async Task A_hash_is_worth_nothing_in_another_thread()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.PutArtifactAsync(id, FromBuilder, Patch);
        var other = await _mesh.StartedAsync();

        Assert.NotEqual(id, other);
        Assert.Equal((404, "artifact_not_found"), Of(await _mesh.GetArtifactAsync(other, HashOf(Patch))));
        Assert.Equal(201, (await _mesh.PutArtifactAsync(other, FromBuilder, Patch)).Status);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("ABCDEF")]
    [InlineData("../../secrets/pseudonyms")]
    public async Task What_is_no_hash_is_no_artifact(string sha256) => Assert.Equal(
        (404, "artifact_not_found"), Of(await _mesh.GetArtifactAsync(await _mesh.StartedAsync(), sha256)));

    [Fact]
    public async Task A_thread_that_is_over_or_not_open_takes_nothing_but_gives_what_it_has()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.PutArtifactAsync(id, FromBuilder, Patch);
        await _mesh.CancelAsync(id);

        Assert.Equal((409, "thread_ended"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, Patch)));
        Assert.Equal(Patch, (await _mesh.GetArtifactAsync(id, HashOf(Patch))).Utf8);

        _mesh.Asleep = true;
        var starting = await _mesh.StartedAsync();
        Assert.Equal((409, "thread_not_open"), Of(await _mesh.PutArtifactAsync(starting, FromBuilder, Patch)));
        Assert.Equal(
            (404, "thread_not_found"), Of(await _mesh.PutArtifactAsync(Guid.NewGuid().ToString(), FromBuilder, Patch)));
    }

    [Fact]
    public async Task Where_zones_redact_text_is_kept_without_what_may_not_pass()
    {
        Redacting();
        var id = await _mesh.StartedAsync();
        var log = "login kari@example.org\npassword=hunter2hunter2\nlogin KARI@example.org\n"u8.ToArray();

        var kept = await _mesh.PutArtifactAsync(id, "?from=builder&name=log.txt", log);

        Assert.Equal("""{"credential":1,"email":2}""", kept.Body.GetProperty("redactions").GetRawText());
        var got = await _mesh.GetArtifactAsync(id, kept.Text("sha256"));
        Assert.Matches(
            @"\Alogin (\[email:[0-9a-f]{8}\])\npassword=\[credential:[0-9a-f]{8}\]\nlogin \1\n\z",
            Encoding.UTF8.GetString(got.Utf8));
        Assert.Equal((HashOf(got.Utf8), $"{got.Utf8.Length}"), (kept.Text("sha256"), kept.Text("size")));
        Assert.Equal((404, "artifact_not_found"), Of(await _mesh.GetArtifactAsync(id, HashOf(log))));
        Assert.DoesNotContain(Kept(), name => name.EndsWith(HashOf(log), StringComparison.Ordinal));
        Assert.Equal(200, (await _mesh.PutArtifactAsync(id, "?from=builder&name=log.txt", log)).Status);
    }

    [Fact]
    public async Task What_redaction_makes_too_large_is_refused()
    {
        Redacting();
        var id = await _mesh.StartedAsync();
        var file = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a@b.no ", Limit / 7)));

        Assert.Equal((413, "artifact_too_large"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, file)));
        Assert.Empty(Kept());
    }

    [Fact]
    public async Task Uploads_that_would_take_too_much_memory_together_are_asked_to_come_again()
    {
        var reader = new UploadReader();
        var held = new List<IDisposable>();
        for (var n = 0; n < 8; n++)
        {
            held.Add(await reader.ReadAsync(Request(Limit), default));
        }

        var refused = await Assert.ThrowsAsync<ProblemException>(() => reader.ReadAsync(Request(1), default));
        Assert.Equal((429, "overloaded"), (refused.Problem.Status, refused.Problem.Code));

        held.ForEach(one => one.Dispose());
        using var again = await reader.ReadAsync(Request(Limit), default);
        Assert.Equal(Limit, again.Content.Length);

        static HttpRequest Request(int size) =>
            new DefaultHttpContext { Request = { Body = new MemoryStream(new byte[size]) } }.Request;
    }

    [Fact]
    public async Task Where_zones_redact_nothing_passes_in_which_nothing_can_be_looked_for()
    {
        Redacting();
        var id = await _mesh.StartedAsync();
        foreach (var binary in (byte[][])[[1, 0, 2], [0xFF, 0xFE], [(byte)'c', 0xE9]])
        {
            Assert.Equal((403, "binary_not_allowed"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, binary)));
        }

        Assert.Empty(Kept());
        Assert.Equal(201, (await _mesh.PutArtifactAsync(id, FromBuilder, [])).Status);
    }

    [Fact]
    public async Task A_thread_keeps_so_many_artifacts_and_so_many_bytes()
    {
        var id = await _mesh.StartedAsync();
        for (var n = 0; n < ArtifactKeeper.MaxFiles; n++)
        {
            await _mesh.Blobs.WriteAsync($"artifacts/{id}/{n:x64}", default, "", default);
        }

        Assert.Equal((409, "too_many_artifacts"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, Patch)));
        Assert.Equal(201, (await _mesh.PutArtifactAsync(await _mesh.StartedAsync(), FromBuilder, Patch)).Status);

        var full = new Mock<IArtifactStore>();
        full.Setup(store => store.CountAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((1, ArtifactKeeper.MaxTotalBytes - Patch.Length + 1));
        _mesh.ArtifactStore = full.Object;
        Assert.Equal((409, "too_many_artifacts"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, Patch)));
    }

    [Theory]
    [InlineData("length")]
    [InlineData("write")]
    [InlineData("list")]
    public async Task A_storage_that_is_away_keeps_nothing_half(string operation)
    {
        var id = await _mesh.StartedAsync();
        _mesh.Blobs.Fault = (one, name) =>
            one == operation && name.StartsWith("artifacts/", StringComparison.Ordinal) ? BlobFault.Before : BlobFault.None;

        Assert.Equal((503, "storage_unavailable"), Of(await _mesh.PutArtifactAsync(id, FromBuilder, Patch)));

        _mesh.Blobs.Fault = (_, _) => BlobFault.None;
        Assert.Equal(201, (await _mesh.PutArtifactAsync(id, FromBuilder, Patch)).Status);
    }

    [Fact]
    public async Task A_message_that_names_an_artifact_is_accepted_and_its_evidence_has_the_hash()
    {
        var id = await _mesh.StartedAsync();
        var kept = (await _mesh.PutArtifactAsync(id, FromBuilder, Patch)).Body;
        var artifact = new Artifact
        {
            Name = "patch.diff",
            Sha256 = HashOf(Patch),
            Size = Patch.Length,
            Uri = kept.GetProperty("uri").GetString(),
        };

        var receipt = await _mesh.SendAsync(
            id, SampleThread.MessageOf("b-1", "builder", MessageKind.Submission) with { Artifacts = [artifact] });

        Assert.Equal("accepted", receipt.Text("receipt"));
        Assert.Contains(HashOf(Patch), Encoding.UTF8.GetString((await _mesh.EvidenceAsync(id)).Utf8), StringComparison.Ordinal);
    }

    private void Redacting() => _mesh.Policy = PolicyReader.Read(
        """{"trust":{"public":{"public":"redact"}}}"""u8.ToArray()).Value!;

    private IEnumerable<string> Kept() =>
        _mesh.Blobs.Names().Where(name => name.StartsWith("artifacts/", StringComparison.Ordinal));

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static Caller Agent(string id) => new(Subject.Agent(id), [Scope.Read, Scope.Send]);

    private static (int, string) Of(Answer answer) => (answer.Status, answer.Code);
}
