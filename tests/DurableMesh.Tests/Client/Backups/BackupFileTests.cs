using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Client.Backups;

namespace DurableMesh.Tests.Client.Backups;

/// <summary>The file of a backup: whole, or refused with the reason.</summary>
public sealed class BackupFileTests
{
    private static readonly DateTimeOffset TakenAt = new(2026, 12, 1, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The end of a tar, which is nothing, and of a gzip: no blob is lost with it.</summary>
    private const int EndBytes = 40;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_is_read_with_its_kinds_and_hashes()
    {
        byte[] file = await FileAsync();
        var taken = new Dictionary<string, string>();

        BackupManifest manifest = await BackupReader.ReadAsync(
            new MemoryStream(file),
            async (name, content, _, token) =>
            {
                using var text = new StreamReader(content, leaveOpen: true);
                taken[name] = await text.ReadToEndAsync(token);
            },
            Cancellation);

        Assert.Equal((TakenAt, "1.2.3", 7), (manifest.TakenAt, manifest.Version, manifest.Threads));
        Assert.Equal(["hub/p00/log-00000001", "hub/empty", "store/threads/00000001"], manifest.Blobs.Select(blob => blob.Name));
        Assert.Equal(
            [BackupBlobKind.Append, BackupBlobKind.Block, BackupBlobKind.Append], manifest.Blobs.Select(blob => blob.Kind));
        Assert.Equal(["facts", "", "lines"], taken.Values);
        Assert.Equal("application/json", manifest.Blobs[1].ContentType);
    }

    [Fact]
    public async Task Of_a_blob_no_more_is_written_than_it_had_and_less_is_an_error()
    {
        using var output = new MemoryStream();
        var writer = new BackupWriter(output, TakenAt);
        await AddAsync(writer, "hub/grown", "facts and more", length: 5);
        await Assert.ThrowsAsync<EndOfStreamException>(() => AddAsync(writer, "hub/shrunk", "fact", length: 5));
    }

    [Fact]
    public async Task Wherever_it_is_cut_it_is_no_backup()
    {
        byte[] file = await FileAsync();
        for (int length = 0; length < file.Length - EndBytes; length++)
        {
            await RefusedAsync(file[..length]);
        }
    }

    [Fact]
    public async Task Whichever_byte_is_another_it_is_no_backup_or_the_same_one()
    {
        byte[] file = await FileAsync();
        BackupManifest whole = await BackupReader.VerifyAsync(new MemoryStream(file), Cancellation);
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x20;
            try
            {
                // A few bytes of a gzip's head say nothing.
                BackupManifest read = await BackupReader.VerifyAsync(new MemoryStream(damaged), Cancellation);
                Assert.Equal(whole.Blobs, read.Blobs);
            }
            catch (BackupException)
            {
                // As it has to be.
            }
        }
    }

    [Fact]
    public async Task One_without_a_manifest_was_broken_off()
    {
        byte[] file = await TarAsync(("hub/hub.json", "{}"));

        Assert.Contains("broken off after 'hub/hub.json'", await RefusedAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_is_not_what_the_manifest_says_is_named()
    {
        byte[] file = await TarAsync(("hub/hub.json", "{}"), (BackupManifest.EntryName, ManifestOf("hub/hub.json", "[]")));

        Assert.Contains("'hub/hub.json' has the SHA-256", await RefusedAsync(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hub/other", "it has 'hub/hub.json' where its manifest has 'hub/other'")]
    [InlineData("hub/hub.json|hub/second", "it has 1 blobs, and its manifest names 2")]
    public async Task A_manifest_of_other_blobs_is_refused(string said, string words)
    {
        byte[] file = await TarAsync(
            ("hub/hub.json", "{}"), (BackupManifest.EntryName, ManifestOf([.. said.Split('|').Select(name => (name, "{}"))])));

        Assert.Contains(words, await RefusedAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_a_newer_format_names_the_version_that_wrote_it()
    {
        byte[] file = await TarAsync((BackupManifest.EntryName, """{"format":2,"version":"9.0.0","new":true}"""));

        Assert.Contains("format 2, which mesh 9.0.0 wrote", await RefusedAsync(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../hub/log")]
    [InlineData("/etc/passwd")]
    [InlineData("hub/../../log")]
    [InlineData("hub//log")]
    [InlineData("hub/")]
    [InlineData("hub\\log")]
    [InlineData("hub/lo\u001bg")]
    [InlineData("queue/log")]
    [InlineData("log")]
    public async Task A_name_that_no_blob_has_is_neither_read_nor_written(string name)
    {
        byte[] file = await TarAsync((name, "x"), (BackupManifest.EntryName, ManifestOf(name, "x")));

        Assert.Contains("It is no backup of a mesh", await RefusedAsync(file), StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupException>(
            () => AddAsync(new BackupWriter(new MemoryStream(), TakenAt), name, "x", length: 1));
    }

    [Fact]
    public async Task A_name_that_stands_twice_is_refused()
    {
        byte[] file = await TarAsync(
            ("hub/log", "x"), ("hub/log", "x"), (BackupManifest.EntryName, ManifestOf(("hub/log", "x"), ("hub/log", "x"))));

        Assert.Contains("'hub/log' stands in it twice", await RefusedAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_may_stand_behind_the_manifest_and_nothing_but_files_before_it()
    {
        byte[] behind = await TarAsync((BackupManifest.EntryName, ManifestOf()), ("hub/log", "x"));
        Assert.Contains("'hub/log' that none has there", await RefusedAsync(behind), StringComparison.Ordinal);

        byte[] link = await TarAsync(tar => tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.SymbolicLink, "hub/log") { LinkName = "/etc/passwd" }, Cancellation));
        Assert.Contains("'hub/log' that none has there", await RefusedAsync(link), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"this\":\"is something else\"}")]
    public async Task Another_file_is_no_backup(string text) =>
        Assert.Contains("It is no backup of a mesh", await RefusedAsync(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);

    private static async Task<string> RefusedAsync(byte[] file) => (await Assert.ThrowsAsync<BackupException>(
        () => BackupReader.VerifyAsync(new MemoryStream(file), Cancellation))).Message;

    private static async Task<byte[]> FileAsync()
    {
        using var output = new MemoryStream();
        var writer = new BackupWriter(output, TakenAt);
        await AddAsync(writer, "hub/p00/log-00000001", "facts", length: 5, BackupBlobKind.Append);
        await AddAsync(writer, "hub/empty", "", length: 0);
        await AddAsync(writer, "store/threads/00000001", "lines", length: 5, BackupBlobKind.Append);
        await writer.FinishAsync("1.2.3", TakenAt, threads: 7, Cancellation);
        return output.ToArray();
    }

    private static Task AddAsync(
        BackupWriter writer, string name, string content, long length, BackupBlobKind kind = BackupBlobKind.Block) =>
        writer.AddAsync(
            name, kind, "application/json", new MemoryStream(Encoding.UTF8.GetBytes(content)), length, Cancellation);

    private static Task<byte[]> TarAsync(params (string Name, string Content)[] entries) => TarAsync(async tar =>
    {
        foreach ((string name, string content) in entries)
        {
            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                },
                Cancellation);
        }
    });

    private static async Task<byte[]> TarAsync(Func<TarWriter, Task> write)
    {
        using var output = new MemoryStream();
        await using (var zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(zip))
        {
            await write(tar);
        }

        return output.ToArray();
    }

    private static string ManifestOf(string name, string content) => ManifestOf((name, content));

    private static string ManifestOf(params (string Name, string Content)[] blobs) => new JsonObject
    {
        ["format"] = 1,
        ["version"] = "1.2.3",
        ["takenAt"] = TakenAt.ToString("O"),
        ["threads"] = 0,
        ["blobs"] = new JsonArray([.. blobs.Select(blob => new JsonObject
        {
            ["name"] = blob.Name,
            ["kind"] = "Block",
            ["length"] = blob.Content.Length,
            ["sha256"] = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(blob.Content))),
        })]),
    }.ToJsonString();
}
