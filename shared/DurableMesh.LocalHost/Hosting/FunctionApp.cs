using Microsoft.Azure.Functions.Worker.Builder;

namespace DurableMesh.LocalHost;

/// <summary>A Functions app as one program: a Functions host's worker when one starts it, otherwise its own host.</summary>
public static class FunctionApp
{
    /// <summary>What a Functions host tells its worker on the command line: where the host listens.</summary>
    private const string HostEndpointArgument = "--functions-uri";

    /// <summary>And what reaches the worker's configuration where there is no command line.</summary>
    private const string HostEndpointVariable = "Functions__Worker__HostEndpoint";

    /// <summary>Starts to build the app whose functions are in the entry assembly, with ASP.NET Core's HTTP types.</summary>
    /// <param name="args">The command line.</param>
    public static IFunctionAppBuilder CreateBuilder(string[] args) =>
        IsStartedByFunctionsHost(args) ? OfWorker(args) : OfItself(args);

    // Each in a method of its own, so that the assemblies of the other way are never loaded.
    private static WorkerAppBuilder OfWorker(string[] args) => new(FunctionsApplication.CreateBuilder(args));

    private static LocalAppBuilder OfItself(string[] args)
    {
        LastWords.Enable();
        return new LocalAppBuilder(FunctionAppSource.OfProcess(), args);
    }

    private static bool IsStartedByFunctionsHost(string[] args) =>
        args.Any(arg => arg.StartsWith(HostEndpointArgument, StringComparison.OrdinalIgnoreCase))
        || Environment.GetEnvironmentVariable(HostEndpointVariable) is not null
        || AppContext.GetData("AZURE_FUNCTIONS_NATIVE_HOST") is not null;
}
