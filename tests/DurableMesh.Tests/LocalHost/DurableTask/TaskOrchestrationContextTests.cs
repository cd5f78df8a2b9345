using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class TaskOrchestrationContextTests
{
    private readonly List<string> _lines = [];
    private readonly DeskContext _context;

    public TaskOrchestrationContextTests() => _context = new DeskContext(new LineList(_lines));

    [Fact]
    public async Task An_event_in_time_is_the_answer_and_the_timer_is_cancelled()
    {
        Task<string> wait = _context.WaitForExternalEvent<string>("say", TimeSpan.FromMinutes(5));
        _context.Event.SetResult("hello");

        Assert.Equal("hello", await wait);
        Assert.Equal(_context.CurrentUtcDateTime.AddMinutes(5), _context.FireAt);
        Assert.True(_context.TimerToken.IsCancellationRequested);
        Assert.False(_context.EventToken.IsCancellationRequested);
    }

    [Fact]
    public async Task A_timer_that_fires_first_cancels_the_wait()
    {
        Task<string> wait = _context.WaitForExternalEvent<string>("say", TimeSpan.FromMinutes(5));
        _context.Timer.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.True(_context.EventToken.IsCancellationRequested);
        Assert.False(_context.TimerToken.IsCancellationRequested);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_from_outside_cancels_its_timer_too()
    {
        using var outside = new CancellationTokenSource();
        Task<string> wait = _context.WaitForExternalEvent<string>("say", TimeSpan.FromMinutes(5), outside.Token);
        await outside.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.True(_context.TimerToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Short_calls_are_the_long_one_with_the_defaults()
    {
        var options = new TaskOptions();
        await _context.CallActivityAsync("a", 1);
        await _context.CallActivityAsync("b", options);
        await _context.CallActivityAsync<int>("c", options);
        await _context.CallSubOrchestratorAsync("d", 2, options);
        await _context.CallSubOrchestratorAsync("e", options);
        await _context.CallSubOrchestratorAsync<int>("f", options);

        Assert.Equal(
            [
                ("a", 1, null), ("b", null, options), ("c", null, options),
                ("d", 2, options), ("e", null, options), ("f", null, options),
            ],
            _context.Calls);
    }

    [Fact]
    public void Continue_as_new_with_options_is_the_short_one_unless_the_engine_does_more()
    {
        _context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 3, PreserveUnprocessedEvents = false });

        Assert.Equal((3, false), _context.Continued);
        Assert.Throws<ArgumentNullException>(() => _context.ContinueAsNew((ContinueAsNewOptions)null!));
    }

    [Fact]
    public void Versions_are_compared_by_number()
    {
        Assert.Equal(-1, _context.CompareVersionTo("1.10"));
        Assert.Equal(0, _context.CompareVersionTo("1.2"));
        Assert.Equal(1, _context.CompareVersionTo(""));
    }

    [Fact]
    public void Replay_safe_loggers_are_silent_during_replay_and_answer_the_same_when_asked()
    {
        Type category = typeof(LineList);
        ILogger[] loggers =
        [
            _context.CreateReplaySafeLogger("category"),
            _context.CreateReplaySafeLogger(category),
            _context.CreateReplaySafeLogger<LineList>(),
            _context.ReplaySafeLoggerFactory.CreateLogger("made"),
        ];

        foreach (bool isReplaying in new[] { true, false, true })
        {
            _context.Replay(isReplaying);
            Assert.All(loggers, logger => Assert.True(logger.IsEnabled(LogLevel.Information)));
            Array.ForEach(loggers, logger => logger.Log(LogLevel.Information, default, "line", null, (line, _) => line));
        }

        string type = category.FullName!.Replace('+', '.');
        Assert.Equal(["category: line", $"{type}: line", $"{type}: line", "made: line"], _lines);
    }

    [Fact]
    public void A_replay_safe_factory_is_one_and_takes_no_providers()
    {
        Assert.Same(_context.ReplaySafeLoggerFactory, _context.ReplaySafeLoggerFactory);
        Assert.Throws<NotSupportedException>(() => _context.ReplaySafeLoggerFactory.AddProvider(Moq.Mock.Of<ILoggerProvider>()));
    }

    private sealed class LineList(List<string> lines) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Category(lines, categoryName);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Category(List<string> lines, string name) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter) =>
                lines.Add($"{name}: {formatter(state, exception)}");
        }
    }
}
