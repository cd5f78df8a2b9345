using DurableMesh.LocalHost.Functions;

using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a Functions app: its services, its configuration and its middleware.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly FunctionAppSource _source;
    private readonly WebApplicationBuilder _web;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    internal FunctionsApplicationBuilder(FunctionAppSource source, string[] args)
    {
        _source = source;
        _web = LocalFunctionsHost.CreateWebBuilder(source, args);
    }

    /// <summary>Shared by everything that takes part in building.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <summary>Environment variables, <c>local.settings.json</c> and the command line.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <summary>The environment's name and the app's folder.</summary>
    public IHostEnvironment Environment => _web.Environment;

    /// <summary>Where the logs go.</summary>
    public ILoggingBuilder Logging => _web.Logging;

    /// <summary>Where the metrics go.</summary>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services => _web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    internal bool UsesAspNetCore { get; set; }

    /// <summary>Discovers and checks the functions and makes the host that runs them.</summary>
    /// <exception cref="InvalidOperationException">Functions or settings are wrong; the message lists all faults.</exception>
    public IHost Build() => LocalFunctionsHost.Build(_web, _source, _middleware, UsesAspNetCore);

    /// <summary>Uses another dependency injection container.</summary>
    /// <typeparam name="TContainerBuilder">The container's builder.</typeparam>
    /// <param name="factory">Makes the container.</param>
    /// <param name="configure">Configures it.</param>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <inheritdoc />
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }
}
