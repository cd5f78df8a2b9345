using DurableMesh.Benchmarks;

const string Usage = """
    usage: benchmarks engine [--partitions N] [--memory] [--runs N]
           benchmarks http [--threads N,N,...] [--seconds N]

    engine  turns of durable dialogues in process: raise event (acknowledged after the durable commit) -> orchestrator -> one trivial
            activity -> its completion committed; at 1x100, 100x20 and 1000x5 instances x turns, over a fresh Azurite
    http    whole mesh turns over HTTP against the real host, at 1, 32 and 256 threads
    """;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

try
{
    switch (args.FirstOrDefault())
    {
        case "engine":
            await EngineBenchmark.RunAsync(Arguments.Parse(args[1..], "partitions", "runs", "memory!"), stop.Token);
            return 0;
        case "http":
            await HttpBenchmark.RunAsync(Arguments.Parse(args[1..], "threads", "seconds"), stop.Token);
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
