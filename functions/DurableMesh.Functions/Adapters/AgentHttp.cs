using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Functions.Webhooks;

namespace DurableMesh.Functions.Adapters;

/// <summary>Posts JSON to addresses that the registry names, and reads what comes back only so far.</summary>
/// <param name="guard">Says where it may go.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentHttp(AddressGuard guard, TimeProvider time) : IDisposable
{
    /// <summary>The longest answer that is read, in bytes: a body of 1 MiB and what is round it.</summary>
    private const int MaxAnswerBytes = 1_250_000;

    // Each call has its own limit of time.
    private readonly HttpClient _http = guard.CreateClient(Timeout.InfiniteTimeSpan);

    public void Dispose() => _http.Dispose();

    /// <summary>Posts.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="body">JSON.</param>
    /// <param name="prepare">Adds headers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The answer of a success, or the failure.</returns>
    public async Task<AgentHttpAnswer> PostAsync(
        string url, byte[] body, Action<HttpRequestMessage> prepare, CancellationToken cancellation)
    {
        if (await guard.ObjectionAsync(new Uri(url), cancellation) is { } objection)
        {
            return new AgentHttpAnswer(0, "", new RunEnd.Failed($"The agent cannot be called. {objection}", ForGood: true));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        prepare(request);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                var after = response.Headers.TryGetValues("Retry-After", out var values)
                    ? ProviderCall.ReadRetryAfter(string.Concat(values), time.GetUtcNow())
                    : null;
                return new AgentHttpAnswer(response.StatusCode, "", OfStatus((int)response.StatusCode, after));
            }

            return await ReadAsync(response, cancellation) is { } text
                ? new AgentHttpAnswer(response.StatusCode, text, Failure: null)
                : new AgentHttpAnswer(
                    response.StatusCode, "", new RunEnd.Failed($"The agent's answer is longer than {MaxAnswerBytes} bytes."));
        }
        catch (HttpRequestException failure) when (failure.InnerException is AddressRefusedException refused)
        {
            return new AgentHttpAnswer(0, "", new RunEnd.Failed($"The agent cannot be called. {refused.Message}", ForGood: true));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new AgentHttpAnswer(0, "", new RunEnd.Later($"The agent is out of reach: {failure.Message}"));
        }
    }

    private static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            if (read.Length + count > MaxAnswerBytes)
            {
                return null;
            }

            read.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(read.GetBuffer(), 0, (int)read.Length);
    }

    private static RunEnd OfStatus(int status, TimeSpan? after) => status switch
    {
        >= 300 and < 400 => new RunEnd.Failed($"The agent answers {status}, a redirect, which is not followed.", ForGood: true),
        408 or 409 or 425 or 429 or >= 500 => new RunEnd.Later($"The agent answers {status}.", after),
        _ => new RunEnd.Failed($"The agent answers {status}.", ForGood: true),
    };
}

/// <summary>What an agent's address answered.</summary>
/// <param name="Status">The status; 0 where there was none.</param>
/// <param name="Text">The body of a success.</param>
/// <param name="Failure">What went wrong; null for a success.</param>
internal sealed record AgentHttpAnswer(HttpStatusCode Status, string Text, RunEnd? Failure);
