using System.Diagnostics.CodeAnalysis;

using DurableMesh.LocalHost.Functions;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>A Functions app.</summary>
[SuppressMessage("Design", "CA1052", Justification = "The official class is neither static nor sealed.")]
public class FunctionsApplication
{
    /// <summary>Starts to build the app whose functions are in the entry assembly.</summary>
    /// <param name="args">
    /// The command line: configuration keys as <c>--key value</c>; <c>--port</c> or <c>-p</c> is the HTTP port, 0 a free one.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// <c>host.json</c> or <c>local.settings.json</c> cannot be read; the message says where and why.
    /// </exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        LastWords.Enable();
        return new FunctionsApplicationBuilder(FunctionAppSource.OfProcess(), args);
    }
}
