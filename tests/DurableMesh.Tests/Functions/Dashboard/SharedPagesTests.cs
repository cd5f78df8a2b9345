using DurableMesh.Core.Identity;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class SharedPagesTests
{
    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly MemoryBlobs _blobs = new();
    private readonly Mock<IEventFeed> _feed = new();
    private readonly Mock<FunctionDefinition> _page = new();
    private readonly EventCursors _cursors;
    private readonly SharedPages _shared;
    private int _drawn;

    public SharedPagesTests()
    {
        _page.Setup(page => page.Name).Returns(PageNames.Prefix + "Overview");
        _cursors = new EventCursors(_blobs);
        _shared = new SharedPages(_feed.Object, _cursors, BrowserSessions.Over(_blobs, _time), _time);
    }

    [Fact]
    public async Task News_that_reach_many_at_once_are_drawn_once()
    {
        var read = new TaskCompletionSource<EventCursor>();
        _feed.Setup(feed => feed.EndAsync(It.IsAny<CancellationToken>())).Returns(() => new ValueTask<EventCursor>(read.Task));
        string heard = await HeardAsync(5);

        Task<object?>[] looks = [.. Enumerable.Range(0, 20).Select(_ => LookAsync(heard))];
        read.SetResult(At(5));

        Assert.All(await Task.WhenAll(looks), answer => Assert.IsType<PageAnswer>(answer));
        Assert.Equal(1, _drawn);
    }

    [Fact]
    public async Task Nobody_is_shown_less_than_they_have_heard_of()
    {
        var read = new TaskCompletionSource<EventCursor>();
        _feed.Setup(feed => feed.EndAsync(It.IsAny<CancellationToken>())).Returns(() => new ValueTask<EventCursor>(read.Task));
        Task<object?> first = LookAsync(await HeardAsync(5));
        Task<object?> later = LookAsync(await HeardAsync(6));
        Assert.False(later.IsCompleted);

        // The first began to read before the sixth happened, and the second joined it before that was known.
        _feed.Setup(feed => feed.EndAsync(It.IsAny<CancellationToken>())).ReturnsAsync(At(6));
        read.SetResult(At(5));

        Assert.NotSame(await first, await later);
        Assert.Equal(2, _drawn);
    }

    [Fact]
    public async Task Who_waits_for_a_drawing_that_fails_draws_again()
    {
        _feed.Setup(feed => feed.EndAsync(It.IsAny<CancellationToken>())).ReturnsAsync(At(5));
        string heard = await HeardAsync(5);
        var fails = new TaskCompletionSource<PageAnswer>();
        Task<object?> first = LookAsync(heard, () => fails.Task);
        Task<object?>[] others = [LookAsync(heard), LookAsync(heard)];

        fails.SetException(new StoreUnavailableException("It is away."));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => first);
        // Both wake at once: the second finds the drawing of the first, or begins its own.
        Assert.All(await Task.WhenAll(others), answer => Assert.IsType<PageAnswer>(answer));
        Assert.InRange(_drawn, 1, others.Length);
    }

    private static EventCursor At(int segment) => new(7, new LogPosition(segment, 0), default, default);

    private async Task<string> HeardAsync(int segment)
    {
        await _cursors.OpenAsync(default);
        return _cursors.Seal(At(segment));
    }

    private async Task<object?> LookAsync(string heard, Func<Task<PageAnswer>>? draw = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "GET";
        http.SetCaller(Caller.Anybody);
        http.Request.Headers["HX-Request"] = "true";
        http.Request.Headers[SharedPages.NewsHeader] = heard;
        var look = new MeshFixture.Invocation(http, _page.Object);
        await _shared.Invoke(look, async _ => look.Result = await (draw?.Invoke() ?? DrawAsync()));
        return look.Result;
    }

    private Task<PageAnswer> DrawAsync() => Task.FromResult(new PageAnswer($"<p>{Interlocked.Increment(ref _drawn)}</p>", 200, "token"));
}
