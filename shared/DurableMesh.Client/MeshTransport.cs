using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.Wire;
using Polly;
using Polly.Retry;

namespace DurableMesh.Client;

/// <summary>
/// Asks the mesh, and asks again where it is away: no connection, one that broke, 408, 429 or 5xx, whoever said it (a gateway's
/// page is no mesh's answer). The same bytes go out each time.
/// </summary>
internal sealed class MeshTransport
{
    private const int Retries = 4;
    private const int PieceBytes = 64 * 1024;

    // A key that does not work does not work a moment later either.
    private const string TooManyKeys = "too_many_keys";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly TimeSpan _patience;
    private readonly ResiliencePipeline<Answer> _again;

    /// <summary>Asks over an HTTP client.</summary>
    /// <param name="http">The client.</param>
    /// <param name="time">The clock of the pauses between attempts.</param>
    /// <param name="patience">How long an answer may take beyond what a request itself asks the mesh to wait.</param>
    public MeshTransport(HttpClient http, TimeProvider time, TimeSpan patience)
    {
        (_http, _patience) = (http, patience);
        _again = new ResiliencePipelineBuilder<Answer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<Answer>
            {
                ShouldHandle = new PredicateBuilder<Answer>().HandleResult(answer => answer.IsAway),
                MaxRetryAttempts = Retries,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = LongestPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = retry => ValueTask.FromResult(
                    retry.Outcome.Result?.RetryAfter is { } wanted && wanted < LongestPause ? wanted : default(TimeSpan?)),
            })
            .Build();
    }

    /// <summary>Asks for a JSON value.</summary>
    /// <param name="request">Makes the request, anew for each attempt.</param>
    /// <param name="type">What the answer is read as.</param>
    /// <param name="receiptInConflict">Whether a 409 that is no problem is an answer too.</param>
    /// <param name="wait">How long the mesh was asked to wait, or the bytes need.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<T> AskAsync<T>(
        Func<HttpRequestMessage> request,
        JsonTypeInfo<T> type,
        CancellationToken cancellation,
        bool receiptInConflict = false,
        TimeSpan wait = default)
    {
        return Read(await AnswerAsync(request, cancellation, receiptInConflict, wait), type);
    }

    /// <summary>
    /// Asks for what may take a while to come. A gateway in between may not wait as long as the mesh would, and answer in its
    /// place
    /// (504, or 408): then the mesh is asked how things stand now, and the caller asks again.
    /// </summary>
    /// <param name="request">Makes the request for a time to wait.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="type">What the answer is read as.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<T> PollAsync<T>(
        Func<TimeSpan, HttpRequestMessage> request, TimeSpan wait, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (wait > TimeSpan.Zero)
        {
            var answer = await OnceAsync(() => request(wait), cancellation, wait);
            if (answer.Status is HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout)
            {
                wait = TimeSpan.Zero;
            }
            else if (answer.IsSuccess)
            {
                return Read(answer.Bytes, type);
            }
        }

        return await AskAsync(() => request(wait), type, cancellation, wait: wait);
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="MeshUnreachableException">It is no mesh's.</exception>
    public T Read<T>(byte[] answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, type)
                ?? throw new MeshUnreachableException(_http.BaseAddress!, "it answered null; is this a DurableMesh host?");
        }
        catch (JsonException unreadable)
        {
            throw new MeshUnreachableException(
                _http.BaseAddress!, "its answer is no mesh's; is this a DurableMesh host?", unreadable);
        }
    }

    /// <summary>Asks for bytes.</summary>
    /// <exception cref="MeshProblemException">The mesh said no.</exception>
    /// <exception cref="MeshUnreachableException">It is away still, after all attempts.</exception>
    public async Task<byte[]> AnswerAsync(
        Func<HttpRequestMessage> request,
        CancellationToken cancellation,
        bool receiptInConflict = false,
        TimeSpan wait = default)
    {
        var answer = await _again.ExecuteAsync(
            async (ask, stop) => await OnceAsync(ask, stop, wait), request, cancellation);
        if (answer.IsAway)
        {
            throw new MeshUnreachableException(_http.BaseAddress!, answer.Why, answer.Failure);
        }

        return answer.IsSuccess || (receiptInConflict && answer.Status == HttpStatusCode.Conflict && answer.Problem is null)
            ? answer.Bytes
            : throw new MeshProblemException(answer.Status, answer.ProblemOrStatus);
    }

    /// <summary>Asks once.</summary>
    public async Task<Answer> OnceAsync(
        Func<HttpRequestMessage> request, CancellationToken cancellation, TimeSpan wait = default)
    {
        using var message = request();

        // A link that was cut without a word answers nothing, ever. The network keeps the world's time, not the caller's.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(wait + _patience);
        try
        {
            using var response = await _http.SendAsync(message, timeout.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(timeout.Token);
            return new Answer(response.StatusCode, bytes)
            {
                Problem = ReadProblem(response, bytes),
                ReasonPhrase = response.ReasonPhrase,
                RetryAfter = response.Headers.RetryAfter?.Delta,
                Date = response.Headers.Date,
            };
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return new Answer(default, []) { Failure = broken, ReasonPhrase = broken.InnerException?.Message ?? broken.Message };
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            return new Answer(default, [])
            {
                Failure = late,
                ReasonPhrase = $"no answer within {(wait + _patience).TotalSeconds:0} seconds",
            };
        }
    }

    /// <summary>Asks once for bytes that may be many, and copies them as they come.</summary>
    /// <exception cref="MeshProblemException">The mesh said no.</exception>
    /// <exception cref="MeshUnreachableException">It is away, or went away in the middle.</exception>
    public async Task CopyAsync(Func<HttpRequestMessage> request, Stream into, CancellationToken cancellation)
    {
        using var message = request();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_patience);
        var begun = false;
        try
        {
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (!response.IsSuccessStatusCode)
            {
                var bytes = await response.Content.ReadAsByteArrayAsync(timeout.Token);
                var answer = new Answer(response.StatusCode, bytes)
                {
                    Problem = ReadProblem(response, bytes),
                    ReasonPhrase = response.ReasonPhrase,
                };
                throw answer.IsAway
                    ? new MeshUnreachableException(_http.BaseAddress!, answer.Why)
                    : new MeshProblemException(answer.Status, answer.ProblemOrStatus);
            }

            begun = true;
            await using var content = await response.Content.ReadAsStreamAsync(timeout.Token);
            for (var piece = new byte[PieceBytes]; await ReadAsync(content, piece) is > 0 and var read;)
            {
                await into.WriteAsync(piece.AsMemory(0, read), cancellation);
                timeout.CancelAfter(_patience);
            }
        }
        catch (HttpRequestException broken)
        {
            begun |= broken.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown;
            throw Away(broken.InnerException?.Message ?? broken.Message, broken);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw Away($"nothing came for {_patience.TotalSeconds:0} seconds", late);
        }

        // What goes wrong where it is written to is no matter of the link.
        async ValueTask<int> ReadAsync(Stream content, Memory<byte> piece)
        {
            try
            {
                return await content.ReadAsync(piece, timeout.Token);
            }
            catch (IOException broken)
            {
                throw Away(broken.InnerException?.Message ?? broken.Message, broken);
            }
        }

        MeshUnreachableException Away(string why, Exception cause) =>
            new(_http.BaseAddress!, why, cause) { IsBrokenOff = begun };
    }

    private static Problem? ReadProblem(HttpResponseMessage response, byte[] answer)
    {
        if (response.Content.Headers.ContentType?.MediaType != Problem.MediaType)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(answer, ClientJson.Context.Problem);
        }
        catch (JsonException)
        {
            // A proxy's idea of a problem: the status has to do.
            return null;
        }
    }

    /// <summary>What came back.</summary>
    /// <param name="Status">The HTTP status; 0 where none came.</param>
    /// <param name="Bytes">The body.</param>
    internal sealed record Answer(HttpStatusCode Status, byte[] Bytes)
    {
        /// <summary>The mesh's own problem; null where the body is something else.</summary>
        public Problem? Problem { get; init; }

        public string? ReasonPhrase { get; init; }

        public TimeSpan? RetryAfter { get; init; }

        public DateTimeOffset? Date { get; init; }

        public Exception? Failure { get; init; }

        public bool IsSuccess => (int)Status is >= 200 and < 300;

        public bool IsAway => Failure is not null
            || (Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
                && Problem?.Code != TooManyKeys);

        public string Why => Problem?.Detail ?? Problem?.Title
            ?? (Failure is null ? $"it answered {(int)Status} {ReasonPhrase}" : ReasonPhrase!);

        public Problem ProblemOrStatus => Problem ?? new Problem
        {
            Title = ReasonPhrase is { Length: > 0 } reason ? reason : "The mesh said no",
            Status = (int)Status,
            Code = $"http_{(int)Status}",
        };
    }
}
