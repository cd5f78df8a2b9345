using System.Globalization;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class PageableTests
{
    private readonly List<string?> _asked = [];

    [Fact]
    public async Task Values_come_one_by_one_over_all_pages_empty_ones_included()
    {
        AsyncPageable<int> numbers = Pageable.Create((string? token, CancellationToken _) => Task.FromResult(token switch
        {
            null => new Page<int>([1, 2], "a"),
            "a" => new Page<int>([], "b"),
            _ => new Page<int>([3]),
        }));

        Assert.Equal([1, 2, 3], await numbers.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Pages_begin_where_the_reader_says_and_hold_about_as_many_as_it_wants()
    {
        List<Page<int>> pages = await Numbers(10).AsPages("4", 3).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([[4, 5, 6], [7, 8, 9]], pages.Select(page => page.Values));
        Assert.Equal(["7", null], pages.Select(page => page.ContinuationToken));
    }

    [Fact]
    public async Task No_page_is_fetched_before_it_is_read()
    {
        await foreach (int number in Numbers(10))
        {
            if (number == 2)
            {
                break;
            }
        }

        Assert.Equal([null, "2"], _asked);
    }

    [Fact]
    public async Task Reading_can_be_cancelled_between_pages()
    {
        using var reading = new CancellationTokenSource();
        var read = new List<int>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int number in Numbers(10).WithCancellation(reading.Token))
            {
                read.Add(number);
                await reading.CancelAsync();
            }
        });

        Assert.Equal([0, 1], read);
    }

    /// <summary>The numbers from 0, two a page unless told otherwise; a page's token is its first number.</summary>
    private AsyncPageable<int> Numbers(int count) => Pageable.Create((string? token, int? size, CancellationToken cancellation) =>
    {
        cancellation.ThrowIfCancellationRequested();
        _asked.Add(token);
        int first = token is null ? 0 : int.Parse(token, CultureInfo.InvariantCulture);
        int next = Math.Min(first + (size ?? 2), count);
        string? more = next < count ? next.ToString(CultureInfo.InvariantCulture) : null;
        return Task.FromResult(new Page<int>([.. Enumerable.Range(first, next - first)], more));
    });
}
