using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>Tests of the dashboard in a browser share the browser, a host that wants keys, and one that is open.</summary>
[CollectionDefinition]
public sealed class DashboardInABrowser : ICollectionFixture<DashboardFixture>;

/// <summary>One browser and two hosts. Where there is no browser nothing is started, and the tests say so.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-dashboard-");
    private BrowserProgram? _program;
    private AzuriteProcess _azurite = null!;
    private int _operators;

    /// <summary>A host that wants keys.</summary>
    internal GuardedMesh Guarded { get; } = new();

    /// <summary>A host that serves whoever asks from this machine.</summary>
    internal MeshHost Open { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (BrowserProgram.Missing is not null)
        {
            return;
        }

        Task<BrowserProgram> program = BrowserProgram.StartAsync();
        ValueTask guarded = Guarded.InitializeAsync();
        _azurite = await AzuriteFixture.StartAsync(Path.Combine(_folder.FullName, "azurite"));
        Open = await MeshHost.StartAsync(_azurite.ConnectionString, Cancellation);
        await guarded;
        _program = await program;
        Assertions.SetDefaultExpectTimeout(30_000);
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
            await Open.DisposeAsync();
            await _azurite.DisposeAsync();
            await Guarded.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Somebody at a browser who looks at the host that is open.</summary>
    internal Task<Visitor> VisitAsync(BrowserNewContextOptions? options = null) => VisitAsync(_ => Open.Address, options);

    /// <summary>Somebody at a browser who looks at the host that wants keys, and has entered a new operator's.</summary>
    internal async Task<Visitor> VisitAsOperatorAsync(BrowserNewContextOptions? options = null, params string[] scopes)
    {
        Visitor visitor = await VisitGuardedAsync(options);
        (visitor.Name, visitor.KeyId, string key) = await IssueAsync(scopes);
        await visitor.LogInAsync(key);
        return visitor;
    }

    /// <summary>Somebody at a browser who looks at the host that wants keys, and has none yet.</summary>
    internal Task<Visitor> VisitGuardedAsync(BrowserNewContextOptions? options = null) =>
        VisitAsync(_ => Guarded.Address.ToString().TrimEnd('/'), options);

    /// <summary>A key of a new operator.</summary>
    internal async Task<(string Name, string KeyId, string Key)> IssueAsync(params string[] scopes)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"person-{Interlocked.Increment(ref _operators)}");
        (int status, JsonNode? answer) = await Guarded.AskAsync(
            GuardedMesh.Operator,
            "POST",
            "/api/keys",
            new { @operator = name, scopes = scopes.Length == 0 ? ["read", "send", "operate"] : scopes });
        Assert.True(status == 201, $"{answer}");
        return (name, answer!["id"]!.GetValue<string>(), answer["key"]!.GetValue<string>());
    }

    /// <summary>Has a thread held for a person, and answers its id.</summary>
    internal async Task<string> HoldAsync(string? subject = null)
    {
        (int status, JsonNode held) = await Guarded.StartAsync(request =>
        {
            request["priority"] = "H";
            request["brief"]!["subject"] = subject ?? "A hold";
        });
        Assert.True(status == 202, $"{held}");
        return held["threadId"]!.GetValue<string>();
    }

    /// <summary>Another site on this machine: one page.</summary>
    internal static AnsweringServer OtherSite(string html) => new(http =>
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(html, http.RequestAborted);
    });

    private async Task<Visitor> VisitAsync(Func<DashboardFixture, string> address, BrowserNewContextOptions? options)
    {
        Assert.SkipWhen(BrowserProgram.Missing is not null, BrowserProgram.Missing ?? "");
        return await Visitor.ComeAsync(_program!.Browser, address(this), options);
    }
}
