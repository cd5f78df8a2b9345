using System.Text;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Tests.Core.Agents;
using DurableMesh.Tests.Core.Workflows;

namespace DurableMesh.Tests.Core.Dispatch;

/// <summary>Whose work it is, who checks it, and which surface does it.</summary>
public sealed class DispatchPlanTests
{
    private const string Organisation = """
        {"companies":[
           {"id":"codecraft","name":"CodeCraft","domain":"builder: backend, APIs, databases, full-stack"},
           {"id":"datavera","name":"Datavera","domain":"data engineering, SQL, databases"},
           {"id":"proveo","name":"Proveo","domain":"verifier: QA, testing, APIs"},
           {"id":"vizu","name":"Vizu","domain":"frontend, UI/UX, design"}],
         "agents":[
           {"id":"codecraft-builder","company":"codecraft","roles":["builder"],"trustZone":"internal","device":"ANVIL","aliases":["builder"]},
           {"id":"codecraft-api-builder","company":"codecraft","roles":["builder"],"trustZone":"internal","enabled":false},
           {"id":"datavera-builder","company":"datavera","roles":["builder"],"trustZone":"internal"},
           {"id":"datavera-judge","company":"datavera","roles":["verifier"],"trustZone":"internal"},
           {"id":"proveo-comparator","company":"proveo","roles":["comparator","verifier"],"trustZone":"internal"},
           {"id":"proveo-verifier","company":"proveo","roles":["verifier"],"trustZone":"internal","device":"ANVIL"},
           {"id":"vizu-builder","company":"vizu","roles":["builder"],"trustZone":"internal"},
           {"id":"vizu-judge","company":"vizu","roles":["verifier"],"trustZone":"public"}]}
        """;

    private static readonly AuthorityTable Table = new(
        1,
        AuthorityReader.ReadPut("""
            {"rows":[{"id":"row","pattern":"builder-verifier","initiator":{"company":"codecraft"},"responder":{"role":"verifier"},
              "status":"active","since":"2026-11-01T00:00:00Z","why":"tried"}]}
            """u8.ToArray()).Value!.Rows,
        null,
        null);

    private static readonly WorkflowSurroundings Around =
        new(SampleRegistry.Of(Organisation), Table, MeshPolicy.Standard, SampleWorkflow.Noon);

    [Theory]
    [InlineData("Index the tables of the SQL engine", "", "datavera")]
    [InlineData("The frontend design", "", "vizu")]
    [InlineData("Make the API faster", "", "codecraft")]
    [InlineData("Ask codecraft", "", "codecraft")]
    [InlineData("Faster", "full stack of the backend", "codecraft")]
    [InlineData("A database for the UI and UX", "", "vizu")]
    [InlineData("The database", "of the backend", "codecraft")]
    public void The_words_of_the_brief_find_the_company(string subject, string body, string company)
    {
        var found = DomainWords.Classify(null, subject, body, Around.Registry);
        Assert.Equal(company, found.Company);
        Assert.Contains(company, found.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tie_lists_those_who_fit_as_well_and_decides_nothing()
    {
        var found = DomainWords.Classify(null, "A database", "", Around.Registry);
        Assert.Equal((null, "ambiguous_route"), (found.Company, found.Code));
        Assert.Equal(["codecraft", "datavera"], found.Candidates.Select(one => one.Company));
        Assert.Contains("codecraft (database); datavera (database)", found.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CSV writer quotes newlines")]
    [InlineData("testing, QA")]
    [InlineData("the builder of the verifier")]
    [InlineData("")]
    public void No_match_lists_all_who_build(string subject)
    {
        var found = DomainWords.Classify(null, subject, "", Around.Registry);
        Assert.Equal((null, "no_route"), (found.Company, found.Code));
        Assert.Contains("codecraft, datavera, vizu", found.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_company_of_the_task_goes_before_all_words()
    {
        var task = new MissionTask
        {
            Id = "7",
            Title = "t",
            Owner = "o",
            State = MissionTaskState.InProgress,
            Priority = Priority.M,
            Company = "vizu",
            CreatedAt = SampleWorkflow.Noon,
            UpdatedAt = SampleWorkflow.Noon,
            Version = 1,
        };
        Assert.Equal("vizu", DomainWords.Classify(task, "SQL databases", "", Around.Registry).Company);
        Assert.Equal("datavera", DomainWords.Classify(task with { Company = "gone" }, "SQL", "", Around.Registry).Company);
    }

    [Fact]
    public void Builders_are_enabled_and_verifiers_of_another_company_that_builds_nothing_first()
    {
        Assert.Equal("codecraft-builder", Routing.BuilderOf(Around.Registry, "codecraft")!.Id);
        Assert.Null(Routing.BuilderOf(Around.Registry, "proveo"));
        var builder = Around.Registry.Find("datavera-builder")!;
        Assert.Equal("proveo-verifier", Routing.VerifierFor(Around.Registry, Around.Policy.Trust, builder)!.Id);
    }

    [Fact]
    public void A_pair_that_may_talks_in_the_mesh_and_another_is_a_chain()
    {
        var mesh = Plan(Request());
        Assert.Equal((Surface.Mesh, "codecraft-builder", "proveo-verifier"), (mesh.Surface, mesh.Thread!.Initiator, mesh.Thread.Responder));
        Assert.Null(mesh.Workflow);
        Assert.Contains("Row 'row'", mesh.Why, StringComparison.Ordinal);

        var chain = Plan(Request() with { Company = "vizu" });
        Assert.Equal(Surface.Chain, chain.Surface);
        Assert.Contains("Use instead a chain", chain.Why, StringComparison.Ordinal);
        var step = Assert.Single(chain.Workflow!.Steps);
        Assert.Equal(("vizu-builder", "proveo-verifier", "Do it."), (step.Builder, step.Responder, step.Prompt));
        Assert.Empty(chain.Doubts);
        Assert.Contains("Vizu was named", chain.Routed.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Surface.OneShotTask)]
    [InlineData(Surface.Chain)]
    [InlineData(Surface.Dag)]
    [InlineData(Surface.Mesh)]
    public void A_surface_that_is_asked_for_goes_before_the_table(Surface surface)
    {
        var plan = Plan(Request() with { Company = "vizu", Surface = surface });
        Assert.Equal((surface, surface == Surface.Mesh), (plan.Surface, plan.Workflow is null));
        Assert.Equal(surface == Surface.Mesh ? 1 : 0, plan.Doubts.Count);
        if (plan.Workflow is { } workflow)
        {
            var utf8 = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(workflow, MeshJson.Options);
            Assert.Empty(WorkflowReader.Read(utf8, Around).Errors);
        }
    }

    [Fact]
    public void A_pattern_that_the_pair_cannot_have_names_its_own_surface() =>
        Assert.Equal(Surface.OneShotTask, Plan(Request() with { Pattern = Pattern.CrossDevice }).Surface);

    [Fact]
    public void Limits_go_where_they_belong()
    {
        var limits = new DispatchLimits { Ttl = TimeSpan.FromHours(1), CostCapUsd = 2, MaxTurns = 6, Tries = 5 };
        var mesh = Plan(Request() with { Limits = limits }).Thread!.Limits!;
        Assert.Equal((TimeSpan.FromHours(1), 2m, 6), (mesh.Ttl!.Value, mesh.CostCapUsd!.Value, mesh.MaxTurns!.Value));
        var chain = Plan(Request() with { Company = "vizu", Limits = limits }).Workflow!;
        Assert.Equal((TimeSpan.FromHours(1), 2m, 5), (chain.Limits!.Ttl!.Value, chain.Limits.CostCapUsd!.Value, chain.Steps[0].Tries!.Value));
    }

    public static TheoryData<string, string, string> BadNames() => new()
    {
        { """ "initiator":"codecraft-bilder" """, "initiator", "unknown_agent" },
        { """ "initiator":"builder","responder":"nobody" """, "responder", "unknown_agent" },
        { """ "company":"vizo" """, "company", "unknown_company" },
        { """ "company":"vizu","initiator":"builder" """, "company", "invalid_value" },
        { """ "company":"proveo" """, "company", "no_builder" },
        { """ "initiator":"builder","responder":"codecraft-builder" """, "responder", "invalid_value" },
    };

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Names_that_do_not_fit_are_named(string names, string path, string code)
    {
        var request = DispatchReader.Read(Encoding.UTF8.GetBytes(Json(names))).Value!;
        var (named, errors) = DispatchPlan.Named(request, Around);
        errors = errors.Count > 0 ? errors : DispatchPlan.Of(request, named!, Around).Errors;
        Assert.Equal((path, code), (errors[0].Path, errors[0].Code));
    }

    public static TheoryData<string, string, string> BadShapes() => new()
    {
        { """ "surface":"cron" """, "surface", "not_allowed" },
        { """ "surface":"agent-factory" """, "surface", "not_allowed" },
        { """ "surface":"chains" """, "surface", "invalid_value" },
        { """ "surface":"mesh","limits":{"tries":3} """, "limits.tries", "not_allowed" },
        { """ "surface":"chain","limits":{"maxTurns":3} """, "limits.maxTurns", "not_allowed" },
        { """ "limits":{"tries":0} """, "limits.tries", "out_of_range" },
        { """ "limits":{"tries":11} """, "limits.tries", "out_of_range" },
        { """ "pattern":"advisory" """, "pattern", "not_allowed" },
        { """ "pattern":"sequential" """, "pattern", "not_allowed" },
        { """ "companie":"vizu" """, "companie", "unknown_field" },
    };

    [Theory]
    [MemberData(nameof(BadShapes))]
    public void A_shape_that_cannot_be_is_named(string member, string path, string code)
    {
        var error = Assert.Single(DispatchReader.Read(Encoding.UTF8.GetBytes(Json(member))).Errors);
        Assert.Equal((path, code), (error.Path, error.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","acceptance":[]""")]
    [InlineData(""","acceptance":[{"id":"AC-1","title":"t","required":false}]""")]
    public void Work_that_nothing_is_judged_by_is_not_dispatched(string acceptance)
    {
        var json = $$$"""{"mcTask":"7","brief":{"subject":"s"{{{acceptance}}}}}""";
        var error = Assert.Single(DispatchReader.Read(Encoding.UTF8.GetBytes(json)).Errors);
        Assert.Equal(("brief.acceptance", "missing"), (error.Path, error.Code));
    }

    private static string Json(string member) =>
        $$$"""{"mcTask":"7","brief":{"subject":"s","acceptance":[{"id":"AC-1","title":"t"}]},{{{member}}}}""";

    private static DispatchRequest Request() => new()
    {
        McTask = "7",
        Company = "CodeCraft",
        Brief = new Brief
        {
            Subject = "Something",
            Body = JsonText.OfString("Do it."),
            Acceptance = [new AcceptanceCriterion("AC-1", "it holds")],
        },
    };

    private static DispatchPlan Plan(DispatchRequest request)
    {
        var (named, errors) = DispatchPlan.Named(request, Around);
        Assert.Empty(errors);
        var plan = DispatchPlan.Of(request, named!, Around);
        Assert.Empty(plan.Errors);
        return plan.Value!;
    }
}
