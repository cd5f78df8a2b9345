using System.Reflection;
using Microsoft.Azure.Functions.Worker.Builder;

namespace DurableMesh.LocalHost;

/// <summary>A Functions app as one program: a Functions host's worker when one starts it, otherwise its own host.</summary>
public static class FunctionApp
{
    /// <summary>Starts to build the app whose functions are in the entry assembly, with ASP.NET Core's HTTP types.</summary>
    /// <param name="args">The command line.</param>
    public static IFunctionAppBuilder CreateBuilder(string[] args) => CreateBuilder(args, Assembly.GetEntryAssembly()!);

    /// <summary>Starts to build the app whose functions are in an assembly, with ASP.NET Core's HTTP types.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="functions">The assembly. A Functions host's worker has to be the entry assembly.</param>
    public static IFunctionAppBuilder CreateBuilder(string[] args, Assembly functions) =>
        StartingHost.IsThere(args) ? OfWorker(args) : OfItself(args, functions);

    // Each in a method of its own, so that the assemblies of the other way are never loaded.
    private static WorkerAppBuilder OfWorker(string[] args)
    {
        LastWords.Enable(StartingHost.WordsOf);
        var worker = FunctionsApplication.CreateBuilder(args);
        StartingHost.Check(worker.Configuration);
        return new WorkerAppBuilder(worker);
    }

    private static LocalAppBuilder OfItself(string[] args, Assembly functions)
    {
        LastWords.Enable();
        return new LocalAppBuilder(FunctionAppSource.OfProcess(functions), args);
    }
}
