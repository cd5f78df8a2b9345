using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DurableMesh.Benchmarks;

/// <summary>
/// A task hub in a process of its own, so that its memory is its own and SIGKILL is real: this program again, with the command
/// <c>hub</c>, that takes one request a line and answers each with one line of JSON.
/// </summary>
internal sealed class HubProcess : IAsyncDisposable
{
    private const string StorageVariable = "DURABLEMESH_BENCHMARK_STORAGE";
    private const int OpenAtOnce = 500;
    private const int TurnsBeforeIdle = 2;

    private readonly string _connectionString;
    private readonly string _hubName;
    private Process _process = null!;

    private HubProcess(string connectionString, string hubName) => (_connectionString, _hubName) = (connectionString, hubName);

    /// <summary>Starts one over a fresh hub and waits until it answers.</summary>
    public static async Task<HubProcess> StartAsync(BenchmarkStorage storage, CancellationToken cancellation)
    {
        var hub = new HubProcess(storage.ConnectionString, storage.NewHubName());
        await hub.StartAsync(cancellation);
        return hub;
    }

    /// <summary>Starts its process (again) and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HubProcess).Assembly.Location, "hub", _hubName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[StorageVariable] = _connectionString;
        _process = Process.Start(start)!;
        await AnswerAsync<bool>(cancellation);
    }

    /// <summary>SIGKILL: the process is gone before this returns.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Opens dialogues until there are so many, each with about 1 KB of input, and takes two turns with each.</summary>
    public Task OpenAsync(int count, CancellationToken cancellation) => AskAsync<bool>($"open {count}", cancellation);

    /// <summary>Sends one of them an event that must become durable.</summary>
    public Task RaiseEventAsync(CancellationToken cancellation) => AskAsync<bool>("event", cancellation);

    /// <summary>Its memory after full collections, once it has been left alone for a while.</summary>
    public Task<MemoryUse> MeasureMemoryAsync(TimeSpan idle, CancellationToken cancellation) =>
        AskAsync<MemoryUse>(string.Create(CultureInfo.InvariantCulture, $"memory {idle.TotalSeconds}"), cancellation);

    /// <summary>Milliseconds of turns taken one after the other, each with a random one of the first dialogues.</summary>
    public Task<IReadOnlyList<double>> TakeTurnsAsync(int turns, int among, CancellationToken cancellation) =>
        AskAsync<IReadOnlyList<double>>($"turns {turns} {among}", cancellation);

    /// <summary>The process's own side.</summary>
    public static async Task ServeAsync(string hubName, CancellationToken cancellation)
    {
        string connectionString = Environment.GetEnvironmentVariable(StorageVariable)
            ?? throw new ArgumentException("The command 'hub' is for the benchmark 'scale-engine' to start.");
        await using DialogueHub hub = await DialogueHub.StartAsync(
            BenchmarkStorage.Connect(connectionString, hubName), partitions: 1, cancellation);
        Answer(true);
        int open = 0;
        while (await Console.In.ReadLineAsync(cancellation) is { } request)
        {
            string[] words = request.Split(' ');
            int[] numbers = [.. words.Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            switch (words[0])
            {
                case "open":
                    await OpenAsync(hub, open, numbers[0], cancellation);
                    open = numbers[0];
                    Answer(true);
                    break;
                case "event":
                    await hub.RaiseEventAsync(IdOf(0), cancellation);
                    Answer(true);
                    break;
                case "memory":
                    await Task.Delay(TimeSpan.FromSeconds(numbers[0]), cancellation);
                    Answer(MemoryUse.OfThisProcess());
                    break;
                case "turns":
                    Answer(await TakeTurnsAsync(hub, numbers[0], numbers[1], cancellation));
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAsync();

    private static async Task OpenAsync(DialogueHub hub, int from, int to, CancellationToken cancellation)
    {
        string brief = new('b', 1000);
        var options = new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(from, to, options, async (number, token) =>
        {
            await hub.OpenAsync(IdOf(number), brief, token);
            for (int turn = 1; turn <= TurnsBeforeIdle; turn++)
            {
                await hub.TakeTurnAsync(IdOf(number), token);
            }

            await hub.WhenDurableAsync(IdOf(number), TurnsBeforeIdle, token);
        });
    }

    private static async Task<IReadOnlyList<double>> TakeTurnsAsync(
        DialogueHub hub, int turns, int among, CancellationToken cancellation)
    {
        var latencies = new Latencies();
        for (int n = 0; n < turns; n++)
        {
            string id = IdOf(Random.Shared.Next(among));
            long started = Stopwatch.GetTimestamp();
            await hub.TakeTurnAsync(id, cancellation);
            latencies.Add(started);
        }

        return latencies.Milliseconds;
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"thread-{number:D10}-0123456789ab");

    private static void Answer<T>(T answer) => Console.WriteLine(JsonSerializer.Serialize(answer));

    private async Task<T> AskAsync<T>(string request, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync(request.AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        return await AnswerAsync<T>(cancellation);
    }

    private async Task<T> AnswerAsync<T>(CancellationToken cancellation)
    {
        string line = await _process.StandardOutput.ReadLineAsync(cancellation)
            ?? throw new InvalidOperationException("The hub's process has ended; what it said stands above.");
        return JsonSerializer.Deserialize<T>(line)!;
    }
}
