using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.LocalHost;

/// <summary>Builds a Functions app that runs either as a Functions host's worker or alone.</summary>
public interface IFunctionAppBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    /// <inheritdoc cref="IHostApplicationBuilder.Services"/>
    new Microsoft.Extensions.DependencyInjection.IServiceCollection Services { get; }

    /// <summary>Makes the host that runs the app.</summary>
    /// <exception cref="InvalidOperationException">Functions or settings are wrong; the message lists all faults.</exception>
    IHost Build();
}
