using DurableMesh.TaskHub.Telemetry;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DurableMesh.LocalHost;

/// <summary>
/// Sends metrics, traces and logs to an OpenTelemetry collector, where one is set. In Azure the Functions host does it itself
/// (<c>telemetryMode</c> in host.json).
/// </summary>
/// <remarks>https://opentelemetry.io/docs/specs/otel/protocol/exporter/</remarks>
internal static class OtlpExport
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolSetting = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string DefaultServiceName = "durablemesh";

    /// <summary>
    /// How long one export may take, in milliseconds. OpenTelemetry allows ten seconds, and a collector that hangs would hold up
    /// the end of the process for that long and more.
    /// </summary>
    public static KeyValuePair<string, string?> DefaultTimeout { get; } = new("OTEL_EXPORTER_OTLP_TIMEOUT", "2000");

    /// <summary>
    /// Adds the export if the endpoint is set; the exporter reads it, and its other settings, from the configuration.
    /// </summary>
    /// <exception cref="FunctionAppException">The endpoint or the protocol is not right.</exception>
    public static void AddOtlpExport(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration[EndpointSetting]))
        {
            return;
        }

        Check(configuration[EndpointSetting], configuration[ProtocolSetting]);
        AddExport(services);
    }

    private static void Check(string? endpoint, string? protocol)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new FunctionAppException(
                $"{EndpointSetting} is '{endpoint}'; it must be the http or https address of an OpenTelemetry collector, "
                + "such as http://127.0.0.1:4317.");
        }

        if (protocol is not (null or "" or "grpc" or "http/protobuf"))
        {
            throw new FunctionAppException($"{ProtocolSetting} is '{protocol}'; it must be grpc or http/protobuf.");
        }
    }

    /// <summary>Apart from its caller, so that OpenTelemetry is not even loaded where nothing is exported.</summary>
    private static void AddExport(IServiceCollection services)
    {
        services.Configure<OpenTelemetryLoggerOptions>(logs => logs.IncludeFormattedMessage = true);
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .Clear()
                .AddService(DefaultServiceName)
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing.AddSource(EngineTracing.SourceName))
            .WithMetrics(metrics => metrics
                .AddMeter(EngineMetrics.MeterName)
                .AddMeter("Microsoft.AspNetCore.Hosting")
                .AddMeter("System.Runtime"))
            .UseOtlpExporter();
    }
}
