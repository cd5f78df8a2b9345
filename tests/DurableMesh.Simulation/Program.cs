using DurableMesh.Simulation.Commands;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
return await SimulationCommandLine.RunAsync(args, Console.Out, stop.Token);
