using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>
/// A model without a model: answers on loopback as Anthropic and OpenAI would, with what a script says, so that real coding
/// agents can be run where no model can be had. Nothing of it is random; the same requests get the same answers.
/// </summary>
internal sealed class ScriptedModelServer : IAsyncDisposable
{
    private static readonly MessagesDialect Messages = new();
    private static readonly ChatCompletionsDialect Chat = new();
    private static readonly ResponsesDialect Responses = new();

    private readonly HttpListener _listener;
    private readonly Func<ModelRequest, ModelAnswer> _script;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PromptCache> _caches = [];
    private readonly Func<ModelTokens, TimeSpan>? _pace;
    private readonly List<ModelExchange> _log = [];
    private readonly HashSet<Task> _open = [];
    private readonly Task _loop;

    private ScriptedModelServer(
        HttpListener listener,
        Uri address,
        Func<ModelRequest, ModelAnswer> script,
        TimeProvider time,
        Func<ModelTokens, TimeSpan>? pace)
    {
        (_listener, Address, _script, _time, _pace) = (listener, address, script, time, pace);
        _loop = Task.Run(ListenAsync);
    }

    /// <summary>Where it listens, for instance <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Address { get; }

    /// <summary>All requests that a script was asked about, in their order.</summary>
    public IReadOnlyList<ModelExchange> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>The tokens of all exchanges from one on.</summary>
    /// <param name="number">The number of the first that counts.</param>
    public ModelTokens TokensFrom(int number) =>
        Log.Where(exchange => exchange.Number >= number)
            .Aggregate(ModelTokens.None, (sum, exchange) => sum + exchange.Tokens);

    /// <summary>Starts one on a free port.</summary>
    /// <param name="script">Says what to answer. It is asked one request at a time.</param>
    /// <param name="time">The clock of the faults.</param>
    /// <param name="pace">How long an answer takes by its tokens; null for no time.</param>
    public static ScriptedModelServer Start(
        Func<ModelRequest, ModelAnswer> script, TimeProvider? time = null, Func<ModelTokens, TimeSpan>? pace = null)
    {
        // HttpListener takes no port 0; a port that somebody else has is simply not the one.
        for (var attempt = 1; ; attempt++)
        {
            var address = new Uri($"http://127.0.0.1:{RandomNumberGenerator.GetInt32(20_000, 32_000)}/");
            var listener = new HttpListener();
            listener.Prefixes.Add(address.ToString());
            try
            {
                listener.Start();
                return new ScriptedModelServer(listener, address, script, time ?? TimeProvider.System, pace);
            }
            catch (HttpListenerException) when (attempt < 100)
            {
                listener.Close();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Abort();
        await _loop;
        Task[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        await Task.WhenAll(open);
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            var serving = ServeAsync(context);
            lock (_gate)
            {
                _open.RemoveWhere(task => task.IsCompleted);
                _open.Add(serving);
            }
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        await Task.Yield();
        try
        {
            await AnswerAsync(context);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The other side hung up, a fault wants the connection broken, or the server stops.
            context.Response.Abort();
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        if (context.Request.HttpMethod != "POST")
        {
            var found = path.EndsWith("/models", StringComparison.Ordinal);
            await SendAsync(context, found ? 200 : 404, found ? ModelList() : Chat.Error(404, $"There is no {path}."));
            return;
        }

        var isCount = path.EndsWith("/messages/count_tokens", StringComparison.Ordinal);
        IModelDialect? dialect = path switch
        {
            _ when isCount || path.EndsWith("/messages", StringComparison.Ordinal) => Messages,
            _ when path.EndsWith("/chat/completions", StringComparison.Ordinal) => Chat,
            _ when path.EndsWith("/responses", StringComparison.Ordinal) => Responses,
            _ => null,
        };
        if (dialect is null)
        {
            await SendAsync(context, 404, Chat.Error(404, $"There is no {path}."));
            return;
        }

        ModelExchange exchange;
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.InputStream, cancellationToken: _stop.Token);
            var request = dialect.Read(body as JsonObject ?? throw new FormatException("an object is wanted"));
            if (isCount)
            {
                var tokens = PromptCache.Tokens(request.Prompt.Sum(part => part.Text.Length));
                await SendAsync(context, 200, new() { ["input_tokens"] = tokens });
                return;
            }

            exchange = Ask(request, KeyOf(context.Request), context.Request.Headers["Idempotency-Key"]);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            await SendAsync(context, 400, dialect.Error(400, e.Message));
            return;
        }

        await AnswerAsync(context, dialect, exchange);
    }

    private ModelExchange Ask(ModelRequest request, string? key, string? idempotencyKey)
    {
        lock (_gate)
        {
            // A provider's cache is its customer's alone.
            var cache = _caches.TryGetValue(key ?? "", out var known) ? known : _caches[key ?? ""] = new PromptCache();
            request = request with { Attempt = cache.Attempt(request) };
            var answer = _script(request);
            var tokens = answer.Fault?.Status is null ? cache.Read(request, answer.Tokens) : ModelTokens.None;
            var exchange = new ModelExchange(_log.Count + 1, request, answer, tokens, key, idempotencyKey);
            _log.Add(exchange);
            return exchange;
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, IModelDialect dialect, ModelExchange exchange)
    {
        var fault = exchange.Answer.Fault ?? new ModelFault();
        await Task.Delay(fault.FirstByteAfter + (_pace?.Invoke(exchange.Tokens) ?? TimeSpan.Zero), _time, _stop.Token);
        if (fault.Status is { } status)
        {
            if (fault.RetryAfter is { } after)
            {
                context.Response.Headers["Retry-After"] = ((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            await SendAsync(context, status, dialect.Error(status, $"The script says {status}."));
            return;
        }

        context.Response.ContentType = exchange.Request.Stream ? "text/event-stream" : "application/json";
        context.Response.SendChunked = fault.BreakAfter is null;
        if (fault.BreakAfter is not null)
        {
            // An aborted response is ended properly where it is chunked; so more is promised than will come.
            context.Response.ContentLength64 = int.MaxValue;
        }

        foreach (var (index, piece) in Pieces(dialect, exchange, fault).Index())
        {
            if (index == fault.BreakAfter)
            {
                throw new IOException("The connection breaks here.");
            }

            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(piece), _stop.Token);
            await Task.Delay(fault.Drip, _time, _stop.Token);
        }
    }

    private static IEnumerable<string> Pieces(IModelDialect dialect, ModelExchange exchange, ModelFault fault)
    {
        if (fault.IsBadJson)
        {
            return exchange.Request.Stream ? ["data: {\"oops\": \n\n"] : ["{\"oops\": "];
        }

        if (exchange.Request.Stream)
        {
            return dialect.Stream(exchange).Select(item => item.ToWire());
        }

        return fault.IsEndless
            ? exchange.Answer.Pieces().Select(piece => JsonEncodedText.Encode(piece).ToString()).Prepend("{\"text\":\"")
            : dialect.Answer(exchange).ToJsonString().Chunk(256).Select(piece => new string(piece));
    }

    private async Task SendAsync(HttpListenerContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), _stop.Token);
    }

    private static JsonObject ModelList() => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray(new JsonObject { ["id"] = "scripted", ["object"] = "model", ["type"] = "model" }),
    };

    private static string? KeyOf(HttpListenerRequest request) =>
        request.Headers["x-api-key"] ?? request.Headers["Authorization"]?.Replace("Bearer ", "", StringComparison.Ordinal);
}
