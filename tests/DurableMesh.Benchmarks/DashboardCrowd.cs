using System.Net.ServerSentEvents;

namespace DurableMesh.Benchmarks;

/// <summary>Many open dashboards, as far as the host can tell: each hears of news, and looks at its page anew.</summary>
/// <param name="address">The host's.</param>
/// <param name="path">The page.</param>
internal sealed class DashboardCrowd(string address, string path)
{
    private long _looks;

    /// <summary>How often a page was looked at.</summary>
    public long Looks => Interlocked.Read(ref _looks);

    /// <summary>Opens dashboards; returns when they are open, with what goes on until it is stopped.</summary>
    public async Task<Task> WatchAsync(int count, CancellationToken cancellation)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 4096, UseProxy = false, UseCookies = false })
        {
            BaseAddress = new Uri(address),
        };
        var watching = new List<Task>();
        foreach (int[] some in Enumerable.Range(0, count).Chunk(20))
        {
            watching.AddRange(await Task.WhenAll(some.Select(_ => OpenAsync(http, cancellation))));
        }

        return EndAsync();

        async Task EndAsync()
        {
            await Task.WhenAll(watching);
            http.Dispose();
        }
    }

    private async Task<Task> OpenAsync(HttpClient http, CancellationToken cancellation)
    {
        using HttpResponseMessage first = await http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        string page = await first.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
        string cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        string query = $"{Between(page, "data-live=\"", "\"")}&pace={Between(page, "data-pace=\"", "\"")}".TrimStart('&');
        HttpRequestMessage request = Ask("/live?" + query, cookie);
        HttpResponseMessage live = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        live.EnsureSuccessStatusCode();
        return HearAsync(http, live, cookie, cancellation);
    }

    private async Task HearAsync(HttpClient http, HttpResponseMessage live, string cookie, CancellationToken cancellation)
    {
        using (live)
        {
            try
            {
                await using Stream body = await live.Content.ReadAsStreamAsync(cancellation);
                await foreach (SseItem<string> news in SseParser.Create(body).EnumerateAsync(cancellation))
                {
                    using HttpRequestMessage request = Ask(path, cookie);
                    request.Headers.Add("HX-Request", "true");
                    request.Headers.Add("Mesh-News", news.Data);
                    using HttpResponseMessage page = await http.SendAsync(request, cancellation);
                    await page.EnsureSuccessStatusCode().Content.LoadIntoBufferAsync(cancellation);
                    Interlocked.Increment(ref _looks);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // That was all.
            }
        }
    }

    private static HttpRequestMessage Ask(string path, string cookie) =>
        new(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Cookie", cookie } } };

    private static string Between(string text, string before, string after)
    {
        int from = text.IndexOf(before, StringComparison.Ordinal);
        return from < 0 ? "" : text[(from + before.Length)..].Split(after, 2)[0];
    }
}
