using DurableMesh.LocalHost;
using DurableMesh.TaskHub;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.LocalHost;

/// <summary>A Functions app on a free loopback port, with a mocked client in place of a task hub.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private RunningApp(IHost host, Mock<DurableTaskClient> hub, Mock<ITaskHubStatus> status, FakeTimeProvider time)
    {
        Time = time;
        Host = host;
        Hub = hub;
        Status = status;
        Http = new HttpClient { BaseAddress = new Uri(host.Services.GetRequiredService<HostAddress>().Url) };
    }

    public IHost Host { get; }

    public Mock<DurableTaskClient> Hub { get; }

    /// <summary>What the host is to its task hub: by default the owner.</summary>
    public Mock<ITaskHubStatus> Status { get; }

    public HttpClient Http { get; }

    public FakeTimeProvider Time { get; }

    public static Task<RunningApp> StartAsync(params Type[] functions) => StartAsync(_ => { }, functions);

    public static async Task<RunningApp> StartAsync(Action<LocalAppBuilder> configure, params Type[] functions)
    {
        using var folder = new TemporaryFolder();
        return await StartAsync(folder, configure, functions);
    }

    public static async Task<RunningApp> StartAsync(
        TemporaryFolder folder, Action<LocalAppBuilder> configure, params Type[] functions)
    {
        var hub = new Mock<DurableTaskClient>("test") { CallBase = true };
        var status = new Mock<ITaskHubStatus>();
        status.Setup(one => one.State).Returns(new TaskHubState(TaskHubRole.Owner));
        status.Setup(one => one.ConfirmAsync(It.IsAny<CancellationToken>()))
            .Returns(() => Task.FromResult(status.Object.State));
        var time = new FakeTimeProvider();
        var builder = Builder(folder, hub.Object, status.Object, functions);
        builder.Services.AddSingleton<TimeProvider>(time);
        configure(builder);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new RunningApp(host, hub, status, time);
    }

    private static LocalAppBuilder Builder(
        TemporaryFolder folder, DurableTaskClient hub, ITaskHubStatus status, Type[] functions) => new(
        new FunctionAppSource(functions, folder.Path, folder.Path, new Dictionary<string, string?>
        {
            ["FUNCTIONS_HTTP_PORT"] = "0",
            ["Logging__LogLevel__Default"] = "None",
            ["Logging__LogLevel__Microsoft"] = "None",
        })
        {
            AddStorage = _ => { },
            AddTaskHub = services => services.AddSingleton(hub).AddSingleton(status),
        },
        []);

    public Task<string> GetAsync(string path) => Http.GetStringAsync(path, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null) =>
        Http.SendAsync(new HttpRequestMessage(method, path) { Content = content }, TestContext.Current.CancellationToken);

    /// <summary>Stops the host, once its grace for requests under way is over.</summary>
    public Task StopAsync()
    {
        Host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Time.Advance(FunctionRuntime.StopGrace);
        return Host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopAsync();
        Host.Dispose();
    }
}
