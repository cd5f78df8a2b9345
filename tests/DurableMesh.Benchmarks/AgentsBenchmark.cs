using System.Diagnostics;
using System.Globalization;
using DurableMesh.Agents;
using DurableMesh.Agents.Processes;
using DurableMesh.Agents.Runs;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.EndToEnd;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Benchmarks;

/// <summary>
/// An agent's runner over the real host: how long after a message is accepted its handler is called, and the same for a runner
/// that
/// is a process of its own with many idle threads, with the memory and the processor time that it takes meanwhile.
/// </summary>
internal static class AgentsBenchmark
{
    private const int Warm = 20;
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(40);

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int messages = arguments.Number("messages", 300);
        int idle = arguments.Number("idle", 1000);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durablemesh-agents-");
        try
        {
            await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
            using var policy = new TemporaryPolicy("""{ "limits": { "maxima": { "maxTurns": 1000000 } } }""");
            await using MeshHost host = await MeshHost.StartAsync(
                storage.ConnectionString,
                cancellation,
                new Dictionary<string, string> { ["Mesh__PolicyFile"] = policy.Path });
            Console.WriteLine($"agents: one host, {storage.Name}, runner on the same machine, {BenchmarkMachine.Describe()}");
            await MeasureStartAsync(host, messages, folder.FullName, cancellation);
            await MeasureIdleAsync(host, idle, folder.FullName, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>From the receipt of a question to the call of the handler that answers it.</summary>
    private static async Task MeasureStartAsync(MeshHost host, int messages, string folder, CancellationToken cancellation)
    {
        string thread = await host.StartThreadAsync(cancellation, 1_000_000);
        var handler = new Stopwatching();
        var options = new MeshAgentOptions { Agent = MeshHost.Verifier, Workspaces = new SharedFolder(folder) };
        using AgentHome home = AgentHome.Open(Path.Combine(folder, "here"), MeshHost.Verifier);
        MeshClient mesh = MeshClient.Connect(new Uri(host.Address));
        using var runner = new AgentRunner(options, handler, mesh, home, NullLogger.Instance, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task running = runner.RunAsync(stop.Token);
        var (starts, programs) = (new Latencies(), new Latencies());
        for (int message = 1; message <= messages + Warm; message++)
        {
            handler.Expect();
            byte[] question = System.Text.Encoding.UTF8.GetBytes(
                $$"""{"messageId":"q-{{message}}","from":"{{MeshHost.Builder}}","kind":"question","body":"and?"}""");
            await mesh.SendAsync(thread, question, cancellation);
            long accepted = Stopwatch.GetTimestamp();
            double milliseconds = Stopwatch.GetElapsedTime(accepted, await handler.Called).TotalMilliseconds;
            await UntilItsMoveAsync(mesh, thread, MeshHost.Builder, cancellation);
            if (message > Warm)
            {
                starts.Add([milliseconds]);
                long started = Stopwatch.GetTimestamp();
                await new ProgramRunner("benchmark").RunAsync(
                    new ProgramStart { FileName = "/bin/sh", Arguments = ["-c", ":"], Folder = folder }, cancellation);
                programs.Add(started);
            }
        }

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            from the receipt of a message to the call of what answers it, at a waiting runner, {messages} messages, ms
              p50 {starts.Percentile(0.5):N2}   p99 {starts.Percentile(0.99):N2}
            a program that does nothing, from its start until nothing of it is left, ms
              p50 {programs.Percentile(0.5):N2}   p99 {programs.Percentile(0.99):N2}
            """));
        Target.AtMost("p50 from the receipt to the call, ms", starts.Percentile(0.5), 15);
    }

    /// <summary>A runner that is a process of its own, while nothing happens.</summary>
    private static async Task MeasureIdleAsync(MeshHost host, int threads, string folder, CancellationToken cancellation)
    {
        await Parallel.ForAsync(0, threads, cancellation, async (_, stop) => await host.StartThreadAsync(stop));
        string mesh = Path.Combine(AppContext.BaseDirectory, "mesh.dll");
        var start = new ProcessStartInfo(
            "dotnet", [mesh, "agent", "run", "--as", MeshHost.Verifier, "--exec", "echo seen", "--url", host.Address])
        {
            Environment = { ["MESH_HOME"] = Path.Combine(folder, "there") },
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process runner = Process.Start(start)!;
        try
        {
            runner.BeginErrorReadLine();
            runner.BeginOutputReadLine();

            // It has read its whole inbox when it answers the newest thread.
            string last = await host.StartThreadAsync(cancellation);
            MeshClient client = MeshClient.Connect(new Uri(host.Address));
            await client.SendAsync(
                last,
                System.Text.Encoding.UTF8.GetBytes(
                    $$"""{"messageId":"q","from":"{{MeshHost.Builder}}","kind":"question","body":"and?"}"""),
                cancellation);
            await UntilItsMoveAsync(client, last, MeshHost.Builder, cancellation);
            await UntilItRestsAsync(runner, cancellation);
            TimeSpan before = runner.TotalProcessorTime;
            await Task.Delay(Watch, cancellation);
            runner.Refresh();
            double share = (runner.TotalProcessorTime - before) / Watch * 100;
            double resident = runner.WorkingSet64 / 1024.0 / 1024.0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"a runner with {threads:N0} open idle threads: {resident:N0} MB resident, {share:N2} % of a processor"));
            Target.AtMost("MB resident of the idle runner", resident, 80);
        }
        finally
        {
            runner.Kill(entireProcessTree: true);
            await runner.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task UntilItRestsAsync(Process runner, CancellationToken cancellation)
    {
        TimeSpan used;
        do
        {
            runner.Refresh();
            used = runner.TotalProcessorTime;
            await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
            runner.Refresh();
        }
        while (runner.TotalProcessorTime - used > TimeSpan.FromMilliseconds(20));
    }

    private static async Task UntilItsMoveAsync(
        MeshClient mesh, string thread, string agent, CancellationToken cancellation)
    {
        for (int after = 0; (await mesh.GetThreadAsync(thread, cancellation)).Awaiting != agent;)
        {
            MessagesPage page = await mesh.GetMessagesAsync(thread, after, agent, TimeSpan.FromSeconds(1), cancellation);
            after = page.NextAfter;
        }
    }

    /// <summary>Answers at once, and tells when it was called.</summary>
    private sealed class Stopwatching : IAgentHandler
    {
        private TaskCompletionSource<long> _called = new();

        public Task<long> Called => _called.Task;

        public void Expect() => _called = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
        {
            _called.TrySetResult(Stopwatch.GetTimestamp());
            return Task.FromResult<RunEnd>(new RunEnd.Done("yes"));
        }
    }
}
