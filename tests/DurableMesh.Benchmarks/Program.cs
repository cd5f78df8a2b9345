using System.Runtime.InteropServices;
using DurableMesh.Benchmarks;

const string Usage = """
    usage: benchmarks engine [--instances N,N,...] [--partitions N] [--memory] [--pause MILLISECONDS] [--runs N]
           benchmarks peers [--runs N]
           benchmarks turns [--memory] [--dialogues N]
           benchmarks scale-engine [--open N,N,...] [--idle SECONDS]
           benchmarks http [--threads N,N,...] [--seconds N]
           benchmarks scale-mesh [--threads N,N,...] [--idle SECONDS]
           benchmarks takeover [--runs N]
           benchmarks stats [--threads N]
           benchmarks redact [--runs N]
           benchmarks policy [--runs N]
           benchmarks search [--threads N,N,...]
           benchmarks dashboard [--threads N] [--viewers N] [--rate N] [--seconds N]
           benchmarks workflow [--steps N] [--runs N]
           benchmarks agents [--messages N] [--idle N]
           benchmarks events [--subscribers N] [--rate N] [--seconds N] [--idle N] [--crowd N]

    engine        turns of durable dialogues in process: raise event (acknowledged after the durable commit) -> orchestrator ->
                  one trivial activity -> its completion committed; each turn ended once before and once after that last commit;
                  at 1x1000, 100x20 and 1000x5 instances x turns, over a fresh Azurite
    peers         the lone turn and 100x20, with the completion durable, beside Restate and DBOS where these can run
    turns         what the 1,000th turn of a dialogue costs beside the 10th
    scale-engine  memory, cold restart and turns with many open instances (10,000) beside a hub with 100
    http          whole mesh turns over HTTP against the real host, at 1, 32 and 256 threads
    scale-mesh    memory, cold restart and sends with many open threads (10,000) over HTTP beside a host with 100
    stats         GET /stats and GET /costs with many threads (100,000) in the store, and how long it takes to read them
    takeover      two hosts on one hub: seconds without an owner after a clean stop, a SIGKILL and a SIGSTOP of the owner
    redact        MB/s of redaction on ordinary text, and milliseconds for 1 MiB of text and JSON made to be slow
    agents        from a message's receipt to the call of what answers it, and a runner with many open idle threads (1,000)
    events        from a message's receipt to its event at a waiting peer, at 200 messages/s with 100 streams, in a crowd of others (none); 1,000 idle streams
    dashboard     first paint of each page in a browser with many threads (100,000), from a message's receipt to the watched
                  page, and what many open dashboards (200) take of a processor, idle and at 20 messages/s
    search        building the read model of many threads (10,000 and 100,000), the host's start and memory with it, and searches
    workflow      from the end of a workflow's step to the brief of the next, beside the start of a lone thread
    policy        processor time that identity, policy and gate add to a thread start and to a message
    """;

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    switch (args.FirstOrDefault())
    {
        case "engine":
            await EngineBenchmark.RunAsync(
                Arguments.Parse(args[1..], "instances", "partitions", "runs", "pause", "memory!"), stop.Token);
            return 0;
        case "peers":
            await PeersBenchmark.RunAsync(Arguments.Parse(args[1..], "runs"), stop.Token);
            return 0;
        case "turns":
            await TurnsBenchmark.RunAsync(Arguments.Parse(args[1..], "dialogues", "memory!"), stop.Token);
            return 0;
        case "scale-engine":
            await EngineScaleBenchmark.RunAsync(Arguments.Parse(args[1..], "open", "idle"), stop.Token);
            return 0;
        case "hub" when args.Length == 2:
            await HubProcess.ServeAsync(args[1], stop.Token);
            return 0;
        case "http":
            await HttpBenchmark.RunAsync(Arguments.Parse(args[1..], "threads", "seconds"), stop.Token);
            return 0;
        case "scale-mesh":
            await MeshScaleBenchmark.RunAsync(Arguments.Parse(args[1..], "threads", "idle"), stop.Token);
            return 0;
        case "takeover":
            await TakeOverBenchmark.RunAsync(Arguments.Parse(args[1..], "runs"), stop.Token);
            return 0;
        case "stats":
            await StatsBenchmark.RunAsync(Arguments.Parse(args[1..], "threads"), stop.Token);
            return 0;
        case "redact":
            RedactBenchmark.Run(Arguments.Parse(args[1..], "runs"), stop.Token);
            return 0;
        case "agents":
            await AgentsBenchmark.RunAsync(Arguments.Parse(args[1..], "messages", "idle"), stop.Token);
            return 0;
        case "events":
            await EventsBenchmark.RunAsync(
                Arguments.Parse(args[1..], "subscribers", "rate", "seconds", "idle", "crowd"), stop.Token);
            return 0;
        case "search":
            await SearchBenchmark.RunAsync(Arguments.Parse(args[1..], "threads"), stop.Token);
            return 0;
        case "dashboard":
            await DashboardBenchmark.RunAsync(
                Arguments.Parse(args[1..], "threads", "viewers", "rate", "seconds"), stop.Token);
            return 0;
        case "workflow":
            await WorkflowBenchmark.RunAsync(Arguments.Parse(args[1..], "steps", "runs"), stop.Token);
            return 0;
        case "policy":
            await PolicyBenchmark.RunAsync(Arguments.Parse(args[1..], "runs"), stop.Token);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine(Usage);
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

// Servers that were started and folders that were made do not outlive the benchmark.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
