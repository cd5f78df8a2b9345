using DurableMesh.Core.Evidence;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Costs;
using DurableMesh.Dashboard.Engine;
using DurableMesh.Dashboard.Experiments;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Dashboard.Sessions;
using DurableMesh.Dashboard.Threads;
using DurableMesh.Tests.Core.Evidence;
using DurableMesh.Tests.Core.Experiments;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Dashboard;

/// <summary>Pages drawn without a host: what they say, and that nobody's text becomes markup.</summary>
public sealed class PageTests
{
    private const string Hostile = "<script>alert(1)</script>\u202Eevil\u001b[31m";

    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly PageFrame Operator = new("/threads", "operator:ann", MayOperate: true, "token", Theme: null);
    private static readonly PageFrame Reader = Operator with { MayOperate = false };

    [Fact]
    public async Task A_thread_shows_its_messages_its_checks_and_what_its_evidence_says()
    {
        var file = EvidenceSample.File;
        var page = await DrawAsync<ThreadPage>(Operator, ("Model", ThreadOf(file, EvidenceVerifier.Verify(file.ToUtf8()))));

        Assert.Contains(file.Chain.Head, page, StringComparison.Ordinal);
        Assert.Contains("The evidence holds", page, StringComparison.Ordinal);
        Assert.All(file.Acceptance, criterion => Assert.Contains(criterion.Id, page, StringComparison.Ordinal));
        Assert.All(file.Gate.Rules, rule => Assert.Contains(Formats.Words(rule.Name), page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_text_of_others_becomes_markup_or_turns_the_page_around()
    {
        var model = ThreadOf(EvidenceSample.File, report: null);
        var message = model.Messages[0] with
        {
            Body = JsonText.OfString(Hostile),
            Checks = [new Check { Id = Hostile, Title = Hostile, Status = CheckStatus.Fail, Detail = Hostile, Location = Hostile }],
            Artifacts = [new Artifact { Name = Hostile, Sha256 = new string('a', 64) }],
        };
        var page = await DrawAsync<ThreadPage>(Operator, ("Model", model with
        {
            Thread = model.Thread with { Subject = Hostile, McTask = Hostile, Detail = Hostile },
            Messages = [message],
        }));

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotContain('\u001b', page);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_stays_small_whatever_a_message_holds()
    {
        var model = ThreadOf(EvidenceSample.File, report: null);
        var message = model.Messages[0] with
        {
            Body = JsonText.OfString(new string('x', 1024 * 1024)),
            Checks = [.. Enumerable.Range(1, 10_000).Select(n => new Check { Id = $"C-{n}", Status = CheckStatus.Fail })],
        };
        var page = await DrawAsync<ThreadPage>(Operator, ("Model", model with { Messages = [message] }));

        Assert.InRange(page.Length, 1, 100 * 1024);
        Assert.Contains("of 1,048,576 characters", page, StringComparison.Ordinal);
        Assert.Contains("of 10,000 checks", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_only_read_sees_no_form_that_changes_a_thread()
    {
        var held = ThreadOf(EvidenceSample.File, report: null).Thread with
        {
            State = ThreadPhase.Held,
            EndState = null,
            Reason = null,
            EndedAt = null,
            Detail = "priority: H waits for a person",
        };

        var asOperator = await DrawAsync<HoldsPage>(Operator, ("Held", (ThreadView[])[held]));
        var asReader = await DrawAsync<HoldsPage>(Reader, ("Held", (ThreadView[])[held]));

        Assert.Contains($"action=\"/threads/{held.ThreadId}/decision\"", asOperator, StringComparison.Ordinal);
        Assert.Contains("value=\"token\"", asOperator, StringComparison.Ordinal);
        Assert.DoesNotContain("/decision", asReader, StringComparison.Ordinal);
        Assert.Contains("needs a person", asReader, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Costs_say_what_has_no_price_and_a_mesh_that_spent_nothing_says_so()
    {
        var spend = new Spend(3, 1, new UsageTotals(1_000, 250, 90, 0.5m));
        var some = await DrawAsync<CostOverviewPage>(Operator, ("Model", CostsOf(spend)));
        var none = await DrawAsync<CostOverviewPage>(Operator, ("Model", CostsOf(Spend.None)));

        Assert.Contains("25 %", some, StringComparison.Ordinal);
        Assert.Contains("without a known price", some, StringComparison.Ordinal);
        Assert.Contains("Nothing was spent", none, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_experiment_says_its_decision_first_and_all_its_comparisons()
    {
        var evidence = SampleExperiment.RollOut();
        var change = PublishedExperiment.ChangeFor(evidence);
        var published = ExperimentBoard.Empty.Apply(change, Noon, "operator:ann").State.Find(change.Id);

        var page = await DrawAsync<ExperimentPage>(Operator, ("Published", published), ("Evidence", evidence));

        Assert.Contains("roll out", page, StringComparison.Ordinal);
        Assert.Contains(evidence.Result.Decision.Words.Split('\'', '&')[0], page, StringComparison.Ordinal);
        Assert.Equal(evidence.Result.Comparisons.Sum(one => one.Measures.Count), page.Split("beside</span>").Length - 1);
    }

    [Fact]
    public async Task The_engine_says_that_another_host_has_its_own()
    {
        var page = await DrawAsync<EnginePage>(Operator, ("Model", new EngineModel(
            false, [new EnginePart("store", false, "No answer in 3 s.")], [], [], [], IsAll: true)));

        Assert.Contains("not healthy", page, StringComparison.Ordinal);
        Assert.Contains("No answer in 3 s.", page, StringComparison.Ordinal);
        Assert.Contains("the Functions host", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_that_pages_refer_to_has_an_address_of_its_version()
    {
        foreach (var name in (string[])["dashboard.css", "dashboard.js", "htmx.js", "favicon.svg"])
        {
            Assert.EndsWith($"?v={AssetFiles.Find(name)!.Version}", AssetFiles.UrlOf(name), StringComparison.Ordinal);
        }

        Assert.Null(AssetFiles.Find("../appsettings.json"));
    }

    [Fact]
    public async Task A_page_is_drawn_where_what_components_ask_for_is_scoped()
    {
        // So it is in a Functions worker, where MVC registers its own; in development, scopes are checked there.
        await using var services = new ServiceCollection()
            .AddScoped<IComponentActivator, NewComponents>()
            .BuildServiceProvider(validateScopes: true);

        var page = await new PageRenderer(services, NullLoggerFactory.Instance).RenderAsync<LoginPage>(
            new Dictionary<string, object?> { ["Page"] = Operator, ["To"] = "/" });

        Assert.Contains("<form", page, StringComparison.Ordinal);
    }

    private static Task<string> DrawAsync<TPage>(PageFrame frame, params (string Name, object? Value)[] parameters)
        where TPage : IComponent =>
        new PageRenderer(new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance).RenderAsync<TPage>(
            parameters.Append(("Page", frame)).ToDictionary(one => one.Item1, one => one.Item2));

    private static CostsModel CostsOf(Spend total)
    {
        var page = new CostsPage(CostGrouping.Day, null, null, total, [new CostRow("2026-11-30", total)], NextCursor: null);
        return new CostsModel(null, null, DateOnly.FromDateTime(Noon.DateTime), total, page, page, page, page, new Dictionary<string, string>());
    }

    private static ThreadModel ThreadOf(EvidenceFile file, EvidenceReport? report)
    {
        var state = DurableMesh.Core.Threads.ThreadState.Of(file.Entries)!;
        var messages = file.Entries.Select(entry => entry.Event).OfType<MessageAccepted>();
        return new ThreadModel(
            state.View(), file, [.. messages.Select(one => one.Message.View(file.ThreadId, one.At))], report, Noon);
    }

    private sealed class NewComponents : IComponentActivator
    {
        public IComponent CreateInstance(Type componentType) => (IComponent)Activator.CreateInstance(componentType)!;
    }
}
