using System.Collections.Concurrent;
using System.Text;
using DurableMesh.LocalHost;
using DurableMesh.Tests.LocalHost;
using DurableMesh.Tests.TaskHub.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace DurableMesh.Tests.LocalHost.Telemetry;

[Collection(nameof(RecordedSpans))]
public sealed class OtlpExportTests
{
    [Fact]
    public void Without_an_endpoint_nothing_of_opentelemetry_is_there()
    {
        using var folder = new TemporaryFolder();
        using IHost host = DialogueApp.Builder(
            folder, new KeyValuePair<string, string?>("OTEL_EXPORTER_OTLP_ENDPOINT", " ")).Build();

        Assert.Null(host.Services.GetService<TracerProvider>());
    }

    [Theory]
    [InlineData("localhost:4317", null, "OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost:4317'; it must be the http or https address")]
    [InlineData("collector", null, "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector'; it must be the http or https address")]
    [InlineData(
        "http://127.0.0.1:4318", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'; it must be grpc or http/protobuf")]
    public void A_wrong_setting_stops_the_start_and_says_so(string endpoint, string? protocol, string expected)
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<FunctionAppException>(() => DialogueApp.Builder(
            folder, new("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), new("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)).Build());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_at_the_latest_when_the_host_stops()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using AnsweringServer collector = StartCollector(received);
        await using (DialogueApp app = await DialogueApp.StartAsync(
            new("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            new("OTEL_SERVICE_NAME", "a-test")))
        {
            string id = await PostAsync(app, "/api/dialogues");
            await PostAsync(app, $"/api/dialogues/{id}/messages");
        }

        Contains(
            "/v1/traces",
            "a-test", "POST /api/dialogues/{id}/messages", "orchestration_event:said", "orchestration:Dialogue", "activity:Echo");
        Contains(
            "/v1/metrics", "a-test", "durablemesh.engine.turns", "durablemesh.engine.commit.duration", "dotnet.gc.collections");
        Contains("/v1/logs", "a-test", "Task hub 'durablemesh' is ready");

        void Contains(string path, params string[] words) =>
            Assert.All(words, word => Assert.Contains(word, received[path], StringComparison.Ordinal));
    }

    private static async Task<string> PostAsync(DialogueApp app, string path)
    {
        using HttpResponseMessage answer = await app.Http.PostAsync(path, null, TestContext.Current.CancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Takes in what is exported; the protobuf's names and values stand in it as UTF-8.</summary>
    private static AnsweringServer StartCollector(ConcurrentDictionary<string, string> received) => new(async http =>
    {
        string text = await AnsweringServer.BodyOfAsync(http.Request);
        received.AddOrUpdate(http.Request.Path, text, (_, before) => before + text);
    });
}
