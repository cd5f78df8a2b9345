using System.Net;
using System.Text.Json;

using Azure.Core.Serialization;

using DurableMesh.TaskHub;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>Puts the local host together: configuration, the app's functions, the task hub and the HTTP server.</summary>
internal static class LocalFunctionsHost
{
    /// <summary>The Functions host's own limit for a request's body.</summary>
    private const long MaxRequestBytes = 100 * 1024 * 1024;

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(15);

    public static WebApplicationBuilder CreateWebBuilder(FunctionAppSource source, string[] args)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = source.AppFolder,
            EnvironmentName = source.Environment.GetValueOrDefault("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development,
        });
        web.Configuration.AddFunctionApp(source, args);
        web.WebHost.UseKestrelCore();

        web.Logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Warning)
            // What makes the host fail to start or stop is told by its exception and by the HostReport.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddConfiguration(web.Configuration.GetSection("Logging"))
            .AddConfiguration(web.Configuration.GetSection($"{FunctionAppConfiguration.HostSection}:logging"))
            .AddConsole(console => console.FormatterName = LineFormatter.FormatterName)
            .AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        source.AddStorage(web.Services);
        return web;
    }

    public static IHost Build(
        WebApplicationBuilder web,
        FunctionAppSource source,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        var settings = FunctionHostSettings.Read(web.Configuration);
        var functions = FunctionDiscovery.Discover(source.Types, settings.RoutePrefix);
        AddHost(web.Services, settings, functions);
        web.Services.AddOtlpExport(web.Configuration);
        AddFunctions(web.Services, functions, middleware);
        source.AddTaskHub(web.Services);

        var app = web.Build();
        FunctionServices.Check(functions, app.Services.GetRequiredService<IServiceProviderIsService>());
        app.MapFunctions(functions);
        DurableTaskManagement.Map(app);
        return app;
    }

    private static void AddHost(
        IServiceCollection services, FunctionHostSettings settings, IReadOnlyList<LocalFunction> functions)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton(settings.Storage);
        services.Configure(settings.ConfigureHub);
        services.AddSingleton<HostAddress>();
        services.AddSingleton<IHubTerm, HubTerm>();
        services.AddSingleton<IHubBackup, HubBackup>();
        services.AddSingleton<HttpFailures>();
        services.AddHostedService<HostReport>();
        services.AddHostedService(provider => new IdleMemory(provider.GetRequiredService<TimeProvider>()));
        if (settings.Parent is { } parent)
        {
            services.AddHostedService(provider =>
                ActivatorUtilities.CreateInstance<ParentWatch>(provider, parent, (Func<int, bool>)ParentWatch.IsRunning));
        }

        services.AddRouting();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Listen(IPAddress.Loopback, settings.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        LoopbackServer.Wrap(services);

        if (functions.Any(function => function.Route is not null && function.ResultType.IsAssignableTo(typeof(IActionResult))))
        {
            services.AddMvcCore();
        }
    }

    private static void AddFunctions(
        IServiceCollection services,
        IReadOnlyList<LocalFunction> functions,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        services.AddSingleton(functions);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<FunctionRuntime>(provider, middleware));
        services.PostConfigure<WorkerOptions>(worker =>
            worker.Serializer ??= new JsonObjectSerializer(new JsonSerializerOptions { PropertyNameCaseInsensitive = true }));
        services.TryAddSingleton<DataConverter>(provider =>
            new ObjectSerializerConverter(provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Serializer!));
        services.AddOptions<DurableTaskRegistry>().Configure<FunctionRuntime>((registry, runtime) =>
        {
            foreach (var function in functions)
            {
                switch (function.Trigger)
                {
                    case OrchestrationTriggerAttribute:
                        registry.AddOrchestrator(function.TaskName!, new FunctionOrchestrator(function, runtime.Scopes));
                        break;
                    case ActivityTriggerAttribute:
                        registry.AddActivity(function.TaskName!, new FunctionActivity(function, runtime));
                        break;
                    default:
                        break;
                }
            }
        });
    }
}
