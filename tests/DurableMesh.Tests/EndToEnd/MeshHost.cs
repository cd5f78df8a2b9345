using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>The real host in a process of its own, on a loopback port that it keeps over restarts.</summary>
internal sealed class MeshHost : IAsyncDisposable
{
    public const string Builder = "codecraft-builder";
    public const string Verifier = "proveo-verifier";

    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly int _port = FreePort();
    private Process _process = null!;

    private readonly string _folder;
    private readonly string _app;

    private MeshHost(string storage, Dictionary<string, string>? settings, string? folder = null, string? app = null)
    {
        _app = app ?? Path.Combine(AppContext.BaseDirectory, "DurableMesh.Functions.dll");
        _folder = folder ?? AppContext.BaseDirectory;
        _settings = new(settings ?? []) { ["AzureWebJobsStorage"] = storage };
        _settings.TryAdd("Mesh__ReadModel__Folder", ReadModelFolder);
        Door = Around(new SocketsHttpHandler { MaxConnectionsPerServer = 1024, UseProxy = false });
        Http = new HttpClient(Door)
        {
            BaseAddress = new Uri(Address),
            Timeout = TimeSpan.FromSeconds(100),
        };
    }

    /// <summary>Talks to it.</summary>
    public HttpClient Http { get; }

    /// <summary>What stands in front of every host's HTTP: the tests hold against the API's description what passes.</summary>
    public static Func<HttpMessageHandler, HttpMessageHandler> Around { get; set; } = handler => handler;

    /// <summary>What stands in front of this one's.</summary>
    public HttpMessageHandler Door { get; }

    /// <summary>Where it answers.</summary>
    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>What it printed.</summary>
    public string Output => string.Join(Environment.NewLine, _output);

    /// <summary>Where its read model is: nothing of it stays in the user's own folder.</summary>
    public string ReadModelFolder { get; } = Directory.CreateTempSubdirectory("mesh-read-model-").FullName;

    /// <summary>Processor time that it has used since its last start.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its pages in memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a host over a storage and waits until it is ready.</summary>
    /// <param name="storage">The connection string.</param>
    /// <param name="settings">More environment variables.</param>
    /// <param name="folder">Its working folder, in which an Azurite of its own would lie; null for the app's.</param>
    /// <param name="app">The program of another build; null for this one's.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<MeshHost> StartAsync(
        string storage,
        CancellationToken cancellation,
        Dictionary<string, string>? settings = null,
        string? folder = null,
        string? app = null)
    {
        var host = new MeshHost(storage, settings, folder, app);
        await host.StartAsync(cancellation);
        return host;
    }

    /// <summary>Starts a host over a storage that another host uses already, and waits until it stands by.</summary>
    public static async Task<MeshHost> StartStandbyAsync(
        string storage, CancellationToken cancellation, Dictionary<string, string>? settings = null)
    {
        var host = new MeshHost(storage, settings);
        host.Launch();
        await host.UntilItStandsByAsync(cancellation);
        return host;
    }

    /// <summary>Starts its process (again) and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Launch();
        await UntilItIsReadyAsync(cancellation);
    }

    /// <summary>Waits until it owns the task hub and works.</summary>
    public Task UntilItIsReadyAsync(CancellationToken cancellation) =>
        UntilHealthAsync((status, _) => status == HttpStatusCode.OK, cancellation);

    /// <summary>Waits until it says that another host owns the task hub.</summary>
    public Task UntilItStandsByAsync(CancellationToken cancellation) =>
        UntilHealthAsync((_, answer) => answer.Contains("not_owner", StringComparison.Ordinal), cancellation);

    private void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [_app, "--port", _port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach ((string name, string value) in _settings)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL: the process is gone before this returns.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM: asks it to stop; answers its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signal("TERM");
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>
    /// SIGSTOP: when this returns, nothing of it runs until <see cref="Resume"/>. The signal alone does not say so: on a busy
    /// machine the other threads of a process run on until the one that takes the signal has been given a processor.
    /// </summary>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        Signal("STOP");
        while (!Directory.EnumerateDirectories($"/proc/{_process.Id}/task").All(HasStopped))
        {
            await Task.Delay(1, cancellation);
        }
    }

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Starts a thread about a task of its own, which its PASS may close, and answers its id.</summary>
    public async Task<string> StartThreadOfItsOwnAsync(string mcTask, CancellationToken cancellation)
    {
        var task = new { id = mcTask, title = "One of the tests", owner = "anna", state = "in_progress" };
        await PostAsync("/api/tasks", task, HttpStatusCode.Created, cancellation);
        JsonNode thread = await PostAsync("/api/threads", ThreadRequest(mcTask: mcTask), HttpStatusCode.Created, cancellation);
        return thread["threadId"]!.GetValue<string>();
    }

    /// <summary>Starts a thread and answers its id.</summary>
    public async Task<string> StartThreadAsync(CancellationToken cancellation, int maxTurns = 50)
    {
        JsonNode thread = await PostAsync("/api/threads", ThreadRequest(maxTurns), HttpStatusCode.Created, cancellation);
        return thread["threadId"]!.GetValue<string>();
    }

    /// <summary>Sends a message and answers its receipt.</summary>
    public Task<JsonNode> SendAsync(string threadId, object message, CancellationToken cancellation) =>
        PostAsync($"/api/threads/{threadId}/messages", message, HttpStatusCode.OK, cancellation);

    /// <summary>Sends a message while the host may die or be stopped; null when there was no answer.</summary>
    public async Task<HttpStatusCode?> TrySendAsync(string threadId, object message, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await Http.PostAsJsonAsync(
                $"/api/threads/{threadId}/messages", message, cancellation);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Posts a JSON document, and answers the JSON that comes back with the expected status.</summary>
    public async Task<JsonNode> PostAsync(string path, object body, HttpStatusCode expected, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync(path, body, cancellation);
        return await ReadAsync(path, response, expected, cancellation);
    }

    /// <summary>Gets a JSON document.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await Http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        return await ReadAsync(path, response, HttpStatusCode.OK, cancellation);
    }

    /// <summary>A request for a thread with two acceptance criteria.</summary>
    public static object ThreadRequest(int maxTurns = 50, string mcTask = "101959") => new
    {
        pattern = "builder-verifier",
        mcTask,
        priority = "M",
        initiator = Builder,
        responder = Verifier,
        brief = new
        {
            subject = "CSV reader handles quoted newlines",
            body = "A quoted field may hold a newline.",
            acceptance = new[]
            {
                new { id = "AC-1", title = "quoted newline kept", required = true },
                new { id = "AC-2", title = "doubled quote kept", required = true },
            },
        },
        limits = new { ttl = "PT1H", maxTurns, costCapUsd = 2.00, maxFindingsPerTurn = 50, maxRoundsWithoutProgress = 5 },
    };

    /// <summary>A loopback port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        Http.Dispose();
        Directory.Delete(ReadModelFolder, recursive: true);
    }

    private static async Task<JsonNode> ReadAsync(
        string path, HttpResponseMessage response, HttpStatusCode expected, CancellationToken cancellation)
    {
        string text = await response.Content.ReadAsStringAsync(cancellation);
        return response.StatusCode == expected
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException(
                $"{path} answered {(int)response.StatusCode} where {(int)expected} was expected: {text}");
    }

    /// <summary>Whether a thread's state is T, by the field after its name in parentheses (proc_pid_stat(5)).</summary>
    private static bool HasStopped(string task)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            // It has just ended.
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _output.Enqueue(text);
        }
    }

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private async Task UntilHealthAsync(Func<HttpStatusCode, string, bool> enough, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await Http.GetAsync(new Uri("/api/health", UriKind.Relative), cancellation);
                if (enough(response.StatusCode, await response.Content.ReadAsStringAsync(cancellation)))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            if (_process.HasExited)
            {
                throw new InvalidOperationException($"The host ended with exit code {_process.ExitCode}: {Output}");
            }

            await Task.Delay(20, cancellation);
        }
    }
}
