using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost;

/// <summary>Builds an app that is a Functions host's worker.</summary>
internal sealed class WorkerAppBuilder : IFunctionAppBuilder
{
    private readonly FunctionsApplicationBuilder _worker;

    public WorkerAppBuilder(FunctionsApplicationBuilder worker)
    {
        _worker = worker.ConfigureFunctionsWebApplication();
        OutsideInvocation.AddTo(_worker.Logging);
    }

    public IDictionary<object, object> Properties => _worker.Properties;

    public IConfigurationManager Configuration => _worker.Configuration;

    public IHostEnvironment Environment => _worker.Environment;

    public ILoggingBuilder Logging => _worker.Logging;

    public IMetricsBuilder Metrics => _worker.Metrics;

    public IServiceCollection Services => _worker.Services;

    public IHost Build() => _worker.Build();

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => _worker.ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) =>
        _worker.Use(middleware);
}
