using DurableMesh.LocalHost;
using DurableMesh.TaskHub;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.LocalHost;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly string _work;
    private readonly string _app;

    public ConfigurationTests()
    {
        _work = _root.Folder("work");
        _app = _root.Folder("repo/app/bin");
        _root.Folder("repo/.git");
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Command_line_beats_environment_beats_local_settings_beats_defaults()
    {
        Assert.Equal("Development", Builder().Configuration["AZURE_FUNCTIONS_ENVIRONMENT"]);

        _root.Write(
            "work/local.settings.json", """{ "Values": { "AzureWebJobsStorage": "file", "Mesh__Limits__MaxTurns": "5" } }""");
        Assert.Equal("file", Builder().Configuration["AzureWebJobsStorage"]);
        Assert.Equal("5", Builder().Configuration["Mesh:Limits:MaxTurns"]);

        Assert.Equal("environment", Builder([new("AzureWebJobsStorage", "environment")]).Configuration["AzureWebJobsStorage"]);
        Assert.Equal("6", Builder([new("Mesh__Limits__MaxTurns", "6")]).Configuration["Mesh:Limits:MaxTurns"]);

        var all = Builder([new("AzureWebJobsStorage", "environment")], "--AzureWebJobsStorage", "line");
        Assert.Equal("line", all.Configuration["AzureWebJobsStorage"]);
    }

    [Fact]
    public void Variables_that_differ_in_case_only_do_no_harm()
    {
        Assert.NotNull(Builder([new("http_proxy", "a"), new("HTTP_PROXY", "b")]).Configuration["http_proxy"]);
    }

    [Fact]
    public void A_switch_that_nobody_knows_is_told()
    {
        var error = Assert.Throws<FunctionAppException>(() => Builder([], "-x=1"));

        Assert.Contains("'-x=1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_settings_are_looked_for_where_one_works_then_beside_the_app_then_up_to_the_repository()
    {
        _root.Write("local.settings.json", """{ "Values": { "Where": "above the repository" } }""");
        Assert.Null(Builder().Configuration["Where"]);

        _root.Write("repo/local.settings.json", """{ "Values": { "Where": "repository" } }""");
        Assert.Equal("repository", Builder().Configuration["Where"]);

        _root.Write("repo/app/bin/local.settings.json", """{ "Values": { "Where": "app" } }""");
        Assert.Equal("app", Builder().Configuration["Where"]);

        _root.Write("work/local.settings.json", """{ "Values": { "Where": "work" } }""");
        Assert.Equal("work", Builder().Configuration["Where"]);
    }

    [Fact]
    public void Comments_trailing_commas_connection_strings_and_scalars_are_read()
    {
        _root.Write("work/local.settings.json", """
            {
              // a developer's own
              "IsEncrypted": false,
              "Values": { "On": true, "Count": 3, "Nothing": null, },
              "ConnectionStrings": { "Sql": "server" },
            }
            """);

        var configuration = Builder().Configuration;

        Assert.Equal("true", configuration["On"]);
        Assert.Equal("3", configuration["Count"]);
        Assert.Null(configuration["Nothing"]);
        Assert.Equal("server", configuration["ConnectionStrings:Sql"]);
    }

    [Theory]
    [InlineData(new string[0], null, null, 7071)]
    [InlineData(new string[0], null, "7100", 7100)]
    [InlineData(new string[0], "7200", "7100", 7200)]
    [InlineData(new[] { "--port", "7300" }, "7200", "7100", 7300)]
    [InlineData(new[] { "-p", "0" }, "7200", null, 0)]
    public void The_port_comes_from_the_command_line_the_environment_or_local_settings(
        string[] args, string? variable, string? setting, int expected)
    {
        if (setting is not null)
        {
            _root.Write("work/local.settings.json", $$"""{ "Host": { "LocalHttpPort": {{setting}} } }""");
        }

        var builder = Builder(variable is null ? [] : [new("FUNCTIONS_HTTP_PORT", variable)], args);

        Assert.Equal(expected, FunctionHostSettings.Read(builder.Configuration).Port);
    }

    [Fact]
    public void Host_json_sets_the_hub_and_the_environment_overrides_it()
    {
        _root.Write("repo/app/bin/host.json", """
            {
              "version": "2.0",
              "extensions": {
                "durableTask": {
                  "hubName": "filehub",
                  "maxConcurrentActivityFunctions": 7,
                  "extendedSessionIdleTimeoutInSeconds": 5,
                  "storageProvider": {
                    "partitionCount": 3, "residentMegabytes": 100,
                    "checkpointMegabytes": 2, "pendingMegabytes": 8
                  }
                }
              }
            }
            """);

        var hub = Hub(Builder());
        Assert.Equal(("filehub", 3, 7), (hub.HubName, hub.PartitionCount, hub.MaxConcurrentActivities));
        Assert.Equal(TimeSpan.FromSeconds(5), hub.LiveIdleTimeout);
        Assert.Equal((100 << 20, 2 << 20, 8 << 20), (hub.ResidentBytes, hub.CheckpointBytes, hub.MaximumPendingBytes));
        Assert.Equal(
            "envhub",
            Hub(Builder([new("AzureFunctionsJobHost__extensions__durableTask__hubName", "envhub")])).HubName);
    }

    [Fact]
    public void Without_host_json_the_hub_has_the_engines_own_defaults()
    {
        var defaults = new TaskHubOptions();

        var hub = Hub(Builder());

        Assert.Equal(
            (defaults.HubName, defaults.PartitionCount, defaults.MaxConcurrentActivities),
            (hub.HubName, hub.PartitionCount, hub.MaxConcurrentActivities));
        Assert.Equal("http://127.0.0.1:7071", hub.Address);
        Assert.Null(Hub(Builder([], "--port", "0")).Address);
    }

    [Fact]
    public void Log_levels_of_host_json_are_honoured()
    {
        _root.Write("repo/app/bin/host.json", """{ "logging": { "logLevel": { "default": "Warning", "Mine": "Trace" } } }""");
        using var host = Builder().Build();
        var loggers = host.Services.GetRequiredService<ILoggerFactory>();

        Assert.False(loggers.CreateLogger("Other").IsEnabled(LogLevel.Information));
        Assert.True(loggers.CreateLogger("Mine.Part").IsEnabled(LogLevel.Trace));
    }

    [Fact]
    public void All_settings_that_are_wrong_are_told_at_once_with_file_and_key()
    {
        _root.Write("repo/app/bin/host.json", """
            {
              "logging": { "logLevel": { "default": "loud", "Azure": "none" } },
              "extensions": {
                "http": { "routePrefix": "{x}" },
                "durableTask": {
                  "hubName": "1st",
                  "maxConcurrentActivityFunctions": "many",
                  "extendedSessionIdleTimeoutInSeconds": 0,
                  "storageProvider": {
                    "partitionCount": 17, "residentMegabytes": 0,
                    "checkpointMegabytes": -1, "pendingMegabytes": 5000
                  }
                }
              }
            }
            """);

        KeyValuePair<string, string?>[] environment =
            [new("AzureWebJobsStorage", "AccountKey:secret"), new("Logging__LogLevel__Mine", "11 of 10")];

        var error = Assert.Throws<FunctionAppException>(() => Builder(environment, "--port", "70000").Build());

        Assert.All(
            [
                "host.json: extensions.http.routePrefix is '{x}'",
                "extensions.durableTask.hubName",
                "extensions.durableTask.storageProvider.partitionCount",
                "extensions.durableTask.maxConcurrentActivityFunctions is 'many'",
                "extensions.durableTask.extendedSessionIdleTimeoutInSeconds",
                "extensions.durableTask.storageProvider.residentMegabytes",
                "extensions.durableTask.storageProvider.checkpointMegabytes",
                "extensions.durableTask.storageProvider.pendingMegabytes",
                "Host.LocalHttpPort in local.settings.json) is '70000'; it must be from 0 to 65535",
                "host.json: logging.logLevel.default is 'loud'; it must be Trace, ",
                "Logging:LogLevel:Mine is '11 of 10'; it must be Trace, ",
                "AzureWebJobsStorage is not the connection string of a storage account",
            ],
            fault => Assert.Contains(fault, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"Values\": {\n    \"A\" \"b\"\n  }\n}", "line 3, column 9: malformed JSON")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("", "line 1, column 1: malformed JSON")]
    [InlineData("""{ "Values": { "A": { "B": "c" } } }""", "Values.A must be a string. Write a nested key as \"A__Key\"")]
    [InlineData("""{ "Values": [] }""", "Values must be an object")]
    [InlineData("""{ "IsEncrypted": true, "Values": {} }""", "IsEncrypted is true")]
    public void A_broken_settings_file_is_told_with_its_place(string text, string expected)
    {
        _root.Write("work/local.settings.json", text);

        var error = Assert.Throws<FunctionAppException>(() => Builder());

        Assert.Contains(Path.Combine(_work, "local.settings.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_told_with_the_way_out()
    {
        await using var first = await RunningApp.StartAsync();
        using var second = Builder([], "--port", $"{first.Http.BaseAddress!.Port}").Build();

        var error = await Assert.ThrowsAsync<FunctionAppException>(
            () => second.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains($"Port {first.Http.BaseAddress.Port} on 127.0.0.1 is taken", error.Message, StringComparison.Ordinal);
    }

    private static TaskHubOptions Hub(LocalAppBuilder builder)
    {
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<TaskHubOptions>>().Value;
    }

    private LocalAppBuilder Builder() => Builder([]);

    private LocalAppBuilder Builder(KeyValuePair<string, string?>[] environment, params string[] args) =>
        Builder(environment, args, []);

    private LocalAppBuilder Builder(
        KeyValuePair<string, string?>[] environment, string[] args, params Type[] functions) => new(
        new FunctionAppSource(functions, _app, _work, new Dictionary<string, string?>(environment))
        {
            AddStorage = _ => { },
            AddTaskHub = services => services
                .AddSingleton(new Mock<DurableTaskClient>("test").Object)
                .AddSingleton(Mock.Of<ITaskHubStatus>()),
        },
        args);
}
