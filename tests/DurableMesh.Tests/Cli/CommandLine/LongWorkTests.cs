using System.Text;
using DurableMesh.Cli.CommandLine;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Cli.CommandLine;

/// <summary>How far long work is: a bar for a person, a line every few seconds otherwise, and never on standard output.</summary>
public sealed class LongWorkTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Written _output = new();
    private readonly Written _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Words_count_and_say_how_long_the_rest_takes()
    {
        var work = new LongWork(_time, "runs", 300);
        work.BeginWith(100);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("100 of 300 runs", work.Words());

        work.Advance(20);
        Assert.Equal("120 of 300 runs, 90 s left", work.Words());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("120 of 300 runs, 3 min left", work.Words());
        work.Advance(180);
        Assert.Equal("300 of 300 runs", work.Words());
    }

    [Fact]
    public void Words_without_an_end_say_how_long_it_has_taken()
    {
        var (nameless, counted) = (new LongWork(_time), new LongWork(_time, "asked"));
        counted.Advance(1234);
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("61 s", nameless.Words());
        Assert.Equal("1,234 asked, 61 s", counted.Words());
        counted.Expect(2468);
        Assert.Equal("1,234 of 2,468 asked, 61 s left", counted.Words());
    }

    [Fact]
    public async Task Without_a_terminal_a_line_says_every_five_seconds_how_far_it_is()
    {
        var (terminal, end) = (Terminal(isTerminal: false), new TaskCompletionSource<int>());
        LongWork? work = null;
        var doing = terminal.WorkAsync("experiment", one => (work = one, end.Task).Task, "runs", 3);
        work!.Advance();
        while (_error.ToString().Length == 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.StartsWith("mesh: experiment: 1 of 3 runs, ", _error.ToString(), StringComparison.Ordinal);
        work.Advance();
        _time.Advance(TimeSpan.FromSeconds(4.8));
        Assert.Single(Lines());
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.StartsWith("mesh: experiment: 2 of 3 runs, ", Lines()[1], StringComparison.Ordinal);

        end.SetResult(7);
        Assert.Equal(7, await doing);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, Lines().Length);
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task Work_that_is_done_at_once_says_nothing()
    {
        Assert.Equal(7, await Terminal(isTerminal: false).WorkAsync("load", _ => Task.FromResult(7)));
        Assert.Equal(7, await Terminal(isTerminal: true).WorkAsync("load", _ => Task.FromResult(7)));

        Assert.Equal("", $"{_output}{_error}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_is_the_works_own(bool isTerminal)
    {
        var end = new TaskCompletionSource<int>();
        var doing = Terminal(isTerminal).WorkAsync("load", _ => end.Task);
        while (_error.ToString().Length == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        end.SetException(new IOException("gone"));
        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(() => doing)).Message);
    }

    [Fact]
    public async Task On_a_terminal_a_bar_moves_below_what_else_is_said_and_is_gone_at_the_end()
    {
        var (terminal, end) = (Terminal(isTerminal: true), new TaskCompletionSource<int>());
        LongWork? work = null;
        var doing = terminal.WorkAsync("experiment", one => (work = one, end.Task).Task, "runs", 3);
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync("0 of 3 runs");
        work!.Advance(2);
        terminal.Pass("an agent \u001b]0;said\u0007 so");
        await UntilAsync("2 of 3 runs");
        end.SetResult(7);
        Assert.Equal(7, await doing);

        var shown = _error.ToString();
        Assert.Contains("experiment", shown, StringComparison.Ordinal);
        Assert.Contains("an agent ·]0;said· so", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("mesh: experiment", shown, StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());

        // The next line is written as ever.
        terminal.Pass("over");
        Assert.EndsWith($"over{Environment.NewLine}", _error.ToString(), StringComparison.Ordinal);
    }

    private Terminal Terminal(bool isTerminal)
    {
        var terminal = new Terminal(_output, _error, isTerminal, isTerminal) { Time = _time };
        if (isTerminal)
        {
            // As a terminal says of itself, which the tests' own streams cannot.
            (terminal.Note.Profile.Capabilities.Ansi, terminal.Note.Profile.Capabilities.Interactive) = (true, true);
            terminal.Note.Profile.Width = 80;
        }

        return terminal;
    }

    private string[] Lines() => _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private async Task UntilAsync(string words)
    {
        while (!_error.ToString().Contains(words, StringComparison.Ordinal))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What is written, by several threads at once.</summary>
    private sealed class Written : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text)
            {
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }
}
