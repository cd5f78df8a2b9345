using System.Text;
using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Store;

/// <summary>What the store relies on, whatever implements <see cref="IBlobs"/>.</summary>
public abstract class BlobsContract
{
    private readonly string _name = $"threads/{Guid.NewGuid():N}";
    private IBlobs? _blobs;

    private IBlobs Blobs => _blobs ??= Open();

    [Fact]
    public async Task The_container_may_be_made_sure_of_twice()
    {
        await Blobs.EnsureContainerAsync(default);
        await Blobs.EnsureContainerAsync(default);

        Assert.Null(await Blobs.GetLengthAsync(_name, default));
    }

    [Fact]
    public async Task Blocks_are_appended_at_the_position_that_the_writer_knows()
    {
        await BeginAsync();

        Assert.Equal(1, await Blobs.AppendAsync(_name, 0, Utf8("one\n"), default));
        Assert.Equal(2, await Blobs.AppendAsync(_name, 4, Utf8("two\n"), default));

        Assert.Equal(8, await Blobs.GetLengthAsync(_name, default));
        Assert.Equal("two\n", Text(await Blobs.ReadAsync(_name, 4, 100, default)));
        Assert.Equal("ne", Text(await Blobs.ReadAsync(_name, 1, 2, default)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task An_append_at_another_position_changes_nothing(int position)
    {
        await BeginAsync();
        await Blobs.AppendAsync(_name, 0, Utf8("one\n"), default);

        await Assert.ThrowsAsync<AppendConflictException>(() => Blobs.AppendAsync(_name, position, Utf8("two\n"), default));

        Assert.Equal(4, await Blobs.GetLengthAsync(_name, default));
    }

    [Fact]
    public async Task An_append_to_a_blob_that_is_not_there_is_a_conflict()
    {
        await Blobs.EnsureContainerAsync(default);

        await Assert.ThrowsAsync<AppendConflictException>(() => Blobs.AppendAsync(_name, 0, Utf8("one\n"), default));
    }

    [Fact]
    public async Task A_blob_that_is_created_again_keeps_its_content()
    {
        await BeginAsync();
        await Blobs.AppendAsync(_name, 0, Utf8("one\n"), default);

        await Blobs.CreateAppendBlobAsync(_name, default);

        Assert.Equal(4, await Blobs.GetLengthAsync(_name, default));
    }

    [Fact]
    public async Task Blobs_are_listed_by_prefix_in_order_with_their_lengths()
    {
        await Blobs.EnsureContainerAsync(default);
        foreach (var number in new[] { 2, 1, 10 })
        {
            await Blobs.CreateAppendBlobAsync($"{_name}/{number:D8}", default);
        }

        await Blobs.AppendAsync($"{_name}/00000002", 0, Utf8("four"), default);

        Assert.Equal(
            [new BlobLength($"{_name}/00000001", 0), new($"{_name}/00000002", 4), new($"{_name}/00000010", 0)],
            await Blobs.ListAsync(_name + "/", default));
    }

    [Fact]
    public async Task A_whole_blob_is_written_replaced_and_found()
    {
        await Blobs.EnsureContainerAsync(default);
        Assert.Null(await Blobs.FindAsync(_name, default));

        await Blobs.WriteAsync(_name, Utf8("first"), "application/json", default);
        await Blobs.WriteAsync(_name, Utf8("second"), "application/json", default);

        Assert.Equal("second", Text((await Blobs.FindAsync(_name, default)).GetValueOrDefault()));
    }

    [Fact]
    public async Task A_blob_is_only_written_over_the_version_that_the_writer_knows()
    {
        await Blobs.EnsureContainerAsync(default);
        Assert.Null(await Blobs.FindVersionAsync(_name, default));
        Assert.Null(await WriteAsync("none yet", version: "0x8DE2"));

        var first = await WriteAsync("first", version: null);
        Assert.NotNull(first);
        Assert.Null(await WriteAsync("late", version: null));
        Assert.Equal(first, (await Blobs.FindVersionAsync(_name, default))!.Value.Version);
        var second = await WriteAsync("second", first);
        Assert.NotNull(second);
        Assert.Null(await WriteAsync("late", first));

        Assert.NotEqual(first, second);
        Assert.Equal([new BlobVersion(_name, second)], await Blobs.ListVersionsAsync(_name, default));
        Assert.Equal("second", Text((await Blobs.FindVersionAsync(_name, default))!.Value.Content));
    }

    [Fact]
    public async Task A_blob_is_deleted_and_its_version_with_it()
    {
        await Blobs.EnsureContainerAsync(default);
        var version = await WriteAsync("first", version: null);

        await Blobs.DeleteAsync(_name, default);
        await Blobs.DeleteAsync(_name, default);

        Assert.Empty(await Blobs.ListVersionsAsync(_name, default));
        Assert.Null(await WriteAsync("late", version));
        Assert.NotNull(await WriteAsync("anew", version: null));
    }

    internal abstract IBlobs Open();

    private Task<string?> WriteAsync(string text, string? version) =>
        Blobs.TryWriteAsync(_name, Utf8(text), "text/plain", version, default);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private async Task BeginAsync()
    {
        await Blobs.EnsureContainerAsync(default);
        await Blobs.CreateAppendBlobAsync(_name, default);
    }
}

public sealed class MemoryBlobsTests : BlobsContract
{
    internal override IBlobs Open() => new MemoryBlobs();
}
