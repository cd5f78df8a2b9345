using System.Text;
using DurableMesh.Agents.Commands;

namespace DurableMesh.Tests.Agents.Commands;

public sealed class ReplyChannelTests : IDisposable
{
    private readonly ReplyChannel _channel = ReplyChannel.Open();
    private readonly TaskCompletionSource _run = new();
    private readonly List<string> _lines = [];

    public void Dispose() => _channel.Dispose();

    [Fact]
    public async Task A_line_is_heard_while_the_run_goes_on_and_the_last_needs_no_end()
    {
        var first = new TaskCompletionSource();
        var listening = _channel.ListenAsync(
            _run.Task,
            line =>
            {
                _lines.Add(line);
                first.TrySetResult();
                return Task.CompletedTask;
            },
            Stop);

        await WriteAsync("one\ntw"u8.ToArray());
        await first.Task;
        Assert.Equal(["one"], _lines);
        await WriteAsync("o\r\n\nlast"u8.ToArray());
        _run.SetResult();
        await listening;

        Assert.Equal(["one", "two", "", "last"], _lines);
    }

    [Fact]
    public async Task A_character_that_is_cut_between_two_reads_is_whole()
    {
        // The rocket's four bytes stand across the end of the first 64 KiB that are read.
        var text = new string('x', (64 * 1024) - 2) + "\U0001F680 ü\nend";
        await WriteAsync(Encoding.UTF8.GetBytes(text));
        _run.SetResult();

        await ListenAsync();

        Assert.Equal(text.Split('\n'), _lines);
    }

    [Fact]
    public async Task A_command_that_writes_without_end_is_stopped_at_the_limit()
    {
        var block = new byte[1024 * 1024];
        block.AsSpan().Fill((byte)'\n');
        for (var written = 0; written < ReplyChannel.Limit; written += block.Length)
        {
            await WriteAsync(block);
        }

        await WriteAsync("x"u8.ToArray());

        var endless = await Assert.ThrowsAsync<BadReplyException>(ListenAsync);
        Assert.Contains("16 MiB", endless.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_its_owners_alone_and_goes_with_the_run()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_channel.Path));
        }

        _channel.Dispose();

        Assert.False(File.Exists(_channel.Path));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task ListenAsync() => _channel.ListenAsync(
        _run.Task,
        line =>
        {
            _lines.Add(line);
            return Task.CompletedTask;
        },
        Stop);

    private async Task WriteAsync(byte[] bytes)
    {
        await using var file = new FileStream(
            _channel.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        await file.WriteAsync(bytes, Stop);
    }
}
