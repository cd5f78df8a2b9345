using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Tests.WorkerMode.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.WorkerMode;

/// <summary>
/// Stands in for a Functions host: starts the app's binary as its worker, has it say which functions there are, loads them, and
/// invokes them. It listens to nothing itself: what happens is what a test has happen.
/// </summary>
internal sealed class StandInHost : IAsyncDisposable
{
    private const string HttpUriCapability = "HttpUri";
    private const string InvocationHeader = "x-ms-invocation-id";
    private const int LongestMessage = 128 * 1024 * 1024;
    private const int In = 0;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ConcurrentQueue<string> _output = new();
    private readonly WorkerStream _stream = new();
    private readonly WebApplication _rpc;
    private Process? _worker;

    private StandInHost()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = LongestMessage);
        builder.Services.AddSingleton(_stream);
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _rpc = builder.Build();
        _rpc.MapGrpcService<WorkerStream>();
        _rpc.MapGrpcService<EmptyTaskHub>();
    }

    /// <summary>What the worker says of the app's functions.</summary>
    public IReadOnlyList<RpcFunctionMetadata> Functions { get; private set; } = [];

    /// <summary>What the worker answered to the loading of each.</summary>
    public IReadOnlyList<FunctionLoadResponse> Loaded { get; private set; } = [];

    /// <summary>What the worker printed and logged.</summary>
    public string Output => string.Join(
        Environment.NewLine,
        _output.Concat(_stream.Logs.Select(log => $"[{log.Category}] {log.Message} {log.Exception?.Message}")));

    /// <summary>All that a function's trigger declares.</summary>
    public static JsonNode TriggerOf(RpcFunctionMetadata function) => function.RawBindings
        .Select(binding => JsonNode.Parse(binding)!)
        .Single(binding => binding["type"]!.GetValue<string>().EndsWith("Trigger", StringComparison.Ordinal));

    private string Address => _rpc.Urls.Single();

    /// <summary>Starts the app as a worker, over a storage, until its functions are loaded.</summary>
    public static async Task<StandInHost> StartAsync(string storage, CancellationToken cancellation)
    {
        var host = new StandInHost();
        try
        {
            await host._rpc.StartAsync(cancellation);
            host.Launch(storage);
            await host.UntilItCallsAsync(cancellation);
            await host.LoadAsync(cancellation);
            return host;
        }
        catch (Exception error)
        {
            string output = host.Output;
            await host.DisposeAsync();
            throw new InvalidOperationException($"The worker did not start: {error.Message}{Environment.NewLine}{output}", error);
        }
    }

    /// <summary>Invokes an orchestrator or activity.</summary>
    public Task<InvocationResponse> InvokeAsync(string function, string input, CancellationToken cancellation) =>
        InvokeAsync(NewInvocation(Functions.Single(one => one.Name == function), new TypedData { Text = input }), cancellation);

    /// <summary>Finds the function that answers a GET, invokes it, and forwards the request. Answers what both came to.</summary>
    public async Task<(HttpResponseMessage Answer, InvocationResponse Invocation)> GetAsync(
        string path, CancellationToken cancellation)
    {
        (RpcFunctionMetadata function, RouteValueDictionary values) = Route(path);
        InvocationRequest invocation = NewInvocation(function, new TypedData { Http = new RpcHttp() });
        foreach ((string name, object? value) in values)
        {
            invocation.TriggerMetadata[name] = new TypedData { Text = (string)value! };
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_http.BaseAddress!, path));
        request.Headers.Add(InvocationHeader, invocation.InvocationId);
        Task<InvocationResponse> invoked = InvokeAsync(invocation, cancellation);
        return (await _http.SendAsync(request, cancellation), await invoked);
    }

    /// <summary>Tells the worker to end, and waits until it has. Answers its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellation)
    {
        await UntilItListensAsync(cancellation);
        _stream.Tell(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });
        await _worker!.WaitForExitAsync(cancellation);
        return _worker.ExitCode;
    }

    /// <summary>
    /// A worker that is told to end while it still starts fails; a real host waits as long before its first request.
    /// </summary>
    private async Task UntilItListensAsync(CancellationToken cancellation)
    {
        while (true)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port, cancellation);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_worker is { HasExited: false })
        {
            _worker.Kill();
            await _worker.WaitForExitAsync();
        }

        _worker?.Dispose();
        _http.Dispose();
        await _rpc.DisposeAsync();
    }

    private void Launch(string storage)
    {
        string folder = AppContext.BaseDirectory;
        (string id, string requestId) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var address = new Uri(Address);
        string longest = LongestMessage.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(folder, "DurableMesh.Functions.dll"),

                // A host says it twice: as workers of all languages were told once, and as they are now.
                "--host", address.Host, "--port", address.Port.ToString(CultureInfo.InvariantCulture),
                "--workerId", id, "--requestId", requestId, "--grpcMaxMessageLength", longest,
                "--functions-uri", address.AbsoluteUri, "--functions-worker-id", id,
                "--functions-request-id", requestId, "--functions-grpc-max-message-length", longest,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["AzureWebJobsStorage"] = storage;
        start.Environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development";
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = folder;
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = folder;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        _worker = Process.Start(start)!;
        _worker.OutputDataReceived += Keep;
        _worker.ErrorDataReceived += Keep;
        _worker.BeginOutputReadLine();
        _worker.BeginErrorReadLine();
    }

    private async Task UntilItCallsAsync(CancellationToken cancellation)
    {
        Task ended = _worker!.WaitForExitAsync(cancellation);
        if (await Task.WhenAny(_stream.Worker, ended) == ended)
        {
            throw new InvalidOperationException("It ended before it called.");
        }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        WorkerInitResponse ready = (await _stream.AskAsync(
            new StreamingMessage
            {
                WorkerInitRequest = new WorkerInitRequest
                {
                    HostVersion = "4.0.0",
                    WorkerDirectory = AppContext.BaseDirectory,
                    FunctionAppDirectory = AppContext.BaseDirectory,
                },
            },
            cancellation)).WorkerInitResponse;
        _http.BaseAddress = new Uri(ready.Capabilities[HttpUriCapability]);

        FunctionMetadataResponse indexed = (await _stream.AskAsync(
            new StreamingMessage
            {
                FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = AppContext.BaseDirectory },
            },
            cancellation)).FunctionMetadataResponse;
        Functions = indexed.FunctionMetadataResults;

        var loaded = new List<FunctionLoadResponse>();
        foreach (RpcFunctionMetadata function in Functions)
        {
            StreamingMessage answer = await _stream.AskAsync(
                new StreamingMessage
                {
                    FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function },
                },
                cancellation);
            loaded.Add(answer.FunctionLoadResponse);
        }

        Loaded = loaded;
    }

    private InvocationRequest NewInvocation(RpcFunctionMetadata function, TypedData input)
    {
        var request = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.FunctionId,
            TraceContext = new RpcTraceContext(),
        };
        foreach ((string name, BindingInfo binding) in function.Bindings.Where(binding => binding.Value.Direction == In))
        {
            TypedData data = binding.Type == "durableClient" ? new TypedData { Text = DurableClient() } : input;
            request.InputData.Add(new ParameterBinding { Name = name, Data = data });
        }

        return request;
    }

    private async Task<InvocationResponse> InvokeAsync(InvocationRequest request, CancellationToken cancellation) =>
        (await _stream.AskAsync(new StreamingMessage { InvocationRequest = request }, cancellation)).InvocationResponse;

    private (RpcFunctionMetadata Function, RouteValueDictionary Values) Route(string path)
    {
        foreach (RpcFunctionMetadata function in Functions)
        {
            var values = new RouteValueDictionary();
            JsonNode trigger = TriggerOf(function);
            if (trigger["methods"] is { } methods && methods.AsArray().Any(method => method!.GetValue<string>() == "get"))
            {
                RouteTemplate route = TemplateParser.Parse((string)trigger["route"]!);
                if (new TemplateMatcher(route, []).TryMatch($"/{path}", values))
                {
                    return (function, values);
                }
            }
        }

        throw new ArgumentException($"No function answers {path}.", nameof(path));
    }

    private string DurableClient() => JsonSerializer.Serialize(
        new { rpcBaseUrl = Address, taskHubName = "durablemesh", httpBaseUrl = $"{Address}/runtime/webhooks/durabletask" });

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _output.Enqueue(text);
        }
    }
}
