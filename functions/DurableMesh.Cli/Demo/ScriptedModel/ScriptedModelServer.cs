using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

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

    private readonly WebApplication _app;
    private readonly Func<ModelRequest, ModelAnswer> _script;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PromptCache> _caches = [];
    private readonly Func<ModelTokens, TimeSpan>? _pace;
    private readonly List<ModelExchange> _log = [];

    private ScriptedModelServer(
        Func<ModelRequest, ModelAnswer> script, TimeProvider time, Func<ModelTokens, TimeSpan>? pace)
    {
        (_script, _time, _pace) = (script, time, pace);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        _app = builder.Build();
        _app.Run(ServeAsync);
        _app.Start();
        Address = new Uri(_app.Urls.Single());
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
        Func<ModelRequest, ModelAnswer> script, TimeProvider? time = null, Func<ModelTokens, TimeSpan>? pace = null) =>
        new(script, time ?? TimeProvider.System, pace);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        try
        {
            await AnswerAsync(context, stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other side hung up, a fault wants the connection broken, or the server stops.
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken stop)
    {
        var path = context.Request.Path.Value!;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            var found = path.EndsWith("/models", StringComparison.Ordinal);
            await SendAsync(context, found ? 200 : 404, found ? ModelList() : Chat.Error(404, $"There is no {path}."), stop);
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
            await SendAsync(context, 404, Chat.Error(404, $"There is no {path}."), stop);
            return;
        }

        ModelExchange exchange;
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: stop);
            var request = dialect.Read(body as JsonObject ?? throw new FormatException("an object is wanted"));
            if (isCount)
            {
                var tokens = PromptCache.Tokens(request.Prompt.Sum(part => part.Text.Length));
                await SendAsync(context, 200, new() { ["input_tokens"] = tokens }, stop);
                return;
            }

            exchange = Ask(request, KeyOf(context.Request), context.Request.Headers["Idempotency-Key"].FirstOrDefault());
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            await SendAsync(context, 400, dialect.Error(400, e.Message), stop);
            return;
        }

        await AnswerAsync(context, dialect, exchange, stop);
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

    private async Task AnswerAsync(
        HttpContext context, IModelDialect dialect, ModelExchange exchange, CancellationToken stop)
    {
        var fault = exchange.Answer.Fault ?? new ModelFault();
        await Task.Delay(fault.FirstByteAfter + (_pace?.Invoke(exchange.Tokens) ?? TimeSpan.Zero), _time, stop);
        if (fault.Status is { } status)
        {
            if (fault.RetryAfter is { } after)
            {
                context.Response.Headers["Retry-After"] = ((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            await SendAsync(context, status, dialect.Error(status, $"The script says {status}."), stop);
            return;
        }

        context.Response.ContentType = exchange.Request.Stream ? "text/event-stream" : "application/json";
        if (fault.BreakAfter is not null)
        {
            // More is promised than will come.
            context.Response.ContentLength = int.MaxValue;
        }

        foreach (var (index, piece) in Pieces(dialect, exchange, fault).Index())
        {
            if (index == fault.BreakAfter)
            {
                throw new IOException("The connection breaks here.");
            }

            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(piece), stop);
            await Task.Delay(fault.Drip, _time, stop);
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

    private static async Task SendAsync(HttpContext context, int status, JsonObject body, CancellationToken stop)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), stop);
    }

    private static JsonObject ModelList() => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray(new JsonObject { ["id"] = "scripted", ["object"] = "model", ["type"] = "model" }),
    };

    private static string? KeyOf(HttpRequest request) =>
        request.Headers["x-api-key"].FirstOrDefault()
        ?? request.Headers.Authorization.FirstOrDefault()?.Replace("Bearer ", "", StringComparison.Ordinal);
}
