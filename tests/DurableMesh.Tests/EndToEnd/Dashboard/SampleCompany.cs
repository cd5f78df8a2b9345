using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DurableMesh.Cli;
using DurableMesh.Tests.Core.Experiments;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>A morning of several companies' agents, for pictures: every end state, holds, costs, somebody at work.</summary>
internal sealed class SampleCompany(HttpClient http, CancellationToken cancellation)
{
    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;

    private static readonly (string Id, string Title)[] Reader =
    [
        ("AC-1", "a quoted newline is kept"), ("AC-2", "a doubled quote is kept"), ("AC-3", "an empty last field is kept"),
        ("AC-4", "1 GB is read in less than 20 s"),
    ];

    private static readonly (string Id, string Title)[] Picker =
    [
        ("KEY-1", "every day is reached by the arrow keys"), ("KEY-2", "Escape closes it and gives the focus back"),
        ("SR-1", "a screen reader says the day and the month"),
    ];

    private static readonly string[] Ends = ["mesh.thread.*"];

    private int _messages;

    /// <summary>Has it all happen; answers the thread that is worth a look.</summary>
    /// <param name="receiver">The address that hears of threads that end.</param>
    public async Task<string> LiveAsync(string receiver)
    {
        await PostAsync("/api/webhooks", new { id = "night-watch", url = receiver, types = Ends });
        await TasksAsync();
        await HoldAsync("vizu-builder", "Delete the invoices of 2015", "MC-2231");
        await AdviceAsync();
        await RefusedAsync();
        await CancelledAsync();
        await StuckAsync();
        await PartialAsync();
        await DearAsync();
        await PickerAsync();
        await HoldAsync("flowforge-builder", "Rotate the signing key of the payment service", "MC-2240");
        string star = await ReaderAsync();
        await ClaimAsync();
        await MeasuredAsync();
        await OpenAsync("flowforge-builder", "Alert when a queue is older than 5 minutes", "MC-2238", atWork: false);
        await OpenAsync(Builder, "Pages of the orders API have a cursor", "MC-2242", atWork: true);
        return star;
    }

    private async Task TasksAsync()
    {
        (string Id, string Title)[] tasks =
        [
            ("MC-2207", "Orders API v2"), ("MC-2214", "Nightly import"), ("MC-2219", "Date picker"),
            ("MC-2225", "Privacy review"), ("MC-2231", "Clean up old data"), ("MC-2238", "Monitoring"),
            ("MC-2240", "Payment service"), ("MC-2242", "Orders API v2"), ("MC-2244", "Dark theme"),
            ("MC-2246", "Releases"), ("MC-2248", "Orders API v1"), ("MC-2250", "Retry limiter"),
        ];
        foreach ((string id, string title) in tasks)
        {
            await PostAsync("/api/tasks", new { id, title, owner = "anna", state = "in_progress" });
        }
    }

    /// <summary>The shipped workflow, after its first step.</summary>
    private async Task ClaimAsync()
    {
        JsonNode claim = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(Installation.FindOrNull()!.Root, "samples", "workflows", "bounded-claim.json"), cancellation))!;
        claim["mcTask"] = "MC-2250";
        string run = (await AskAsync(claim, "/api/workflows"))["workflowId"]!.GetValue<string>();
        string thread = await ThreadOfAsync(run);
        await TurnAsync(thread, Builder, "submission", "claim.md: three tries in ten seconds, then an error.", 0.21m);
        await VerdictAsync(thread, Verifier, "pass", "It names what it is about.", [("AC-1", "it names what it is about")], failing: []);
    }

    /// <summary>The open thread of a run's first step.</summary>
    private async Task<string> ThreadOfAsync(string run)
    {
        while (true)
        {
            JsonNode step = (await http.GetFromJsonAsync<JsonNode>($"/api/workflows/{run}", cancellation))!["steps"]![0]!;
            if (step["threadId"]?.GetValue<string>() is { } id)
            {
                using HttpResponseMessage thread = await http.GetAsync(new Uri($"/api/threads/{id}", UriKind.Relative), cancellation);
                if (thread.IsSuccessStatusCode)
                {
                    return id;
                }
            }

            await Task.Delay(20, cancellation);
        }
    }

    private Task MeasuredAsync() =>
        PostAsync("/api/experiments", JsonNode.Parse(SampleExperiment.RollOut().ToUtf8())!);

    private async Task<string> ReaderAsync()
    {
        string id = await StartAsync(Builder, Verifier, "CSV reader handles quoted newlines", "MC-2207", Reader,
            body: "Orders come as CSV files of up to 1 GB. A quoted field may hold a newline; the reader splits it.");
        await TurnAsync(id, Builder, "submission", "The reader keeps its state over lines now. 14 new tests pass.", 0.31m);
        await PauseAsync();
        await SayAsync(id, Verifier, "finding", "A doubled quote at the end of a field ends it too early.", Failing("AC-2"));
        await PauseAsync();
        await VerdictAsync(id, Verifier, "fail", "Two of four hold.", Reader, failing: ["AC-2", "AC-4"]);
        await PauseAsync();
        await TurnAsync(id, Builder, "question", "AC-4: measured on which machine?", 0.04m);
        await TurnAsync(id, Verifier, "answer", "On the build agent: 2 cores, SSD. I got 34 s.", 0.03m);
        await PauseAsync();
        await TurnAsync(id, Builder, "submission", "Doubled quotes fixed. Reads in blocks of 64 KB: 11 s.", 0.27m);
        await PauseAsync();
        await VerdictAsync(id, Verifier, "fail", "One is left.", Reader, failing: ["AC-3"]);
        await TurnAsync(id, Builder, "submission", "An empty last field is a field now.", 0.12m);
        await PauseAsync();
        await VerdictAsync(id, Verifier, "pass", "All four hold; 212 cases run.", Reader, failing: []);
        return id;
    }

    private async Task PickerAsync()
    {
        string id = await StartAsync("vizu-builder", Verifier, "The date picker works with a keyboard", "MC-2219", Picker);
        await TurnAsync(id, "vizu-builder", "submission", "Roving tabindex, and a live region for the month.", 0.44m);
        await VerdictAsync(id, Verifier, "pass", "Tried with two screen readers.", Picker, failing: []);
    }

    private async Task PartialAsync()
    {
        const string Comparator = "datavera-comparator";
        string id = await StartAsync(
            Builder, Comparator, "The nightly import survives a lost line", "MC-2214", Reader, maxTurns: 4);
        for (int round = 0; round < 2; round++)
        {
            await TurnAsync(id, Builder, "submission", "Retries with a back-off.", 0.22m);
            string[] failing = round == 0 ? ["AC-1", "AC-4"] : ["AC-4"];
            await VerdictAsync(id, Comparator, "fail", "Still loses rows.", Reader, failing);
        }
    }

    private async Task StuckAsync()
    {
        string id = await StartAsync("vizu-builder", Verifier, "Contrast of the dark theme", "MC-2244", Picker);
        for (int round = 0; round < 3; round++)
        {
            await TurnAsync(id, "vizu-builder", "submission", "Lighter greys.", 0.09m);
            await VerdictAsync(id, Verifier, "fail", "The same three fail.", Picker, failing: ["KEY-1", "KEY-2", "SR-1"]);
        }
    }

    private async Task DearAsync()
    {
        string id = await StartAsync("flowforge-builder", Verifier, "Roll back a release in one step", "MC-2246", Reader);
        await TurnAsync(id, "flowforge-builder", "submission", "Blue and green, switched by the router.", 2.35m);
    }

    private async Task CancelledAsync()
    {
        string id = await StartAsync(Builder, Verifier, "Orders API v1: a new field", "MC-2248", Reader);
        await PostAsync($"/api/threads/{id}/cancel", new { by = "anna", why = "v1 is frozen" });
    }

    private async Task AdviceAsync()
    {
        const string Advisor = "lexicon-advisor";
        string id = await StartAsync(
            Builder, Advisor, "May we keep addresses of visitors for 90 days?", "MC-2225", [], pattern: "advisory");
        await TurnAsync(id, Builder, "question", "We want them to find attacks. Is 90 days too long?", 0.02m);
        await TurnAsync(id, Advisor, "answer", "14 days are usual. For longer, keep a hash with a salt of the day.", 0.06m);
        await SayAsync(id, Builder, "acknowledgement", "14 days, then. Thank you.");
    }

    private async Task RefusedAsync() =>
        await AskAsync(Request(
            "vizu-builder", "lexicon-advisor", "Terms of use, new layout", "MC-2225", Picker, "builder-verifier", 20, "M", ""));

    private async Task HoldAsync(string initiator, string subject, string task) =>
        await AskAsync(Request(initiator, Verifier, subject, task, Picker, "builder-verifier", 20, "H", ""));

    private async Task OpenAsync(string initiator, string subject, string task, bool atWork)
    {
        string id = await StartAsync(initiator, Verifier, subject, task, Reader);
        await TurnAsync(id, initiator, "submission", "First version; the tests of the old one pass.", 0.18m);
        if (atWork)
        {
            using HttpResponseMessage lease = await http.PutAsJsonAsync(
                $"/api/threads/{id}/lease",
                new { agent = Verifier, holder = "forge:4711:8c1f", sequence = 2, @for = "PT10M", device = "forge" },
                cancellation);
            lease.EnsureSuccessStatusCode();
        }
    }

    private async Task<string> StartAsync(
        string initiator,
        string responder,
        string subject,
        string task,
        (string Id, string Title)[] criteria,
        string pattern = "builder-verifier",
        int maxTurns = 20,
        string body = "")
    {
        JsonNode thread = await AskAsync(Request(initiator, responder, subject, task, criteria, pattern, maxTurns, "M", body));
        Assert.True(thread["state"]?.GetValue<string>() == "open", thread.ToJsonString());
        return thread["threadId"]!.GetValue<string>();
    }

    private static object Request(
        string initiator,
        string responder,
        string subject,
        string task,
        (string Id, string Title)[] criteria,
        string pattern,
        int maxTurns,
        string priority,
        string body) => new
        {
            pattern,
            mcTask = task,
            priority,
            initiator,
            responder,
            brief = new
            {
                subject,
                body = body.Length == 0 ? subject + "." : body,
                acceptance = criteria.Select(one => new { id = one.Id, title = one.Title, required = true }).ToArray(),
            },
            limits = new { ttl = "PT30M", maxTurns, costCapUsd = 2.00m, maxRoundsWithoutProgress = 2 },
        };

    private Task VerdictAsync(
        string thread, string from, string verdict, string body, (string Id, string Title)[] criteria, string[] failing) =>
        SayAsync(thread, from, "verdict", body, new JsonObject
        {
            ["verdict"] = verdict,
            ["usage"] = Usage(0.08m),
            ["checks"] = new JsonArray([.. criteria.Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["title"] = one.Title,
                ["status"] = failing.Contains(one.Id) ? "fail" : "pass",
                ["detail"] = failing.Contains(one.Id) ? "3 of 53 cases are wrong" : "53 of 53 cases as expected",
            })]),
        });

    private Task TurnAsync(string thread, string from, string kind, string body, decimal costUsd) =>
        SayAsync(thread, from, kind, body, new JsonObject { ["usage"] = Usage(costUsd) });

    private static JsonObject Usage(decimal costUsd) => new()
    {
        ["model"] = "sonnet",
        ["inputTokens"] = (int)(costUsd * 90_000),
        ["cachedInputTokens"] = (int)(costUsd * 60_000),
        ["outputTokens"] = (int)(costUsd * 9_000),
        ["costUsd"] = costUsd,
    };

    private static JsonObject Failing(string id) => new()
    {
        ["checks"] = new JsonArray(new JsonObject
        {
            ["id"] = id,
            ["status"] = "fail",
            ["detail"] = "\"a\"\",b\" is read as two fields",
            ["location"] = "CsvReader.cs:118",
        }),
    };

    private async Task SayAsync(string thread, string from, string kind, string body, JsonObject? more = null)
    {
        JsonObject message = more ?? [];
        (message["messageId"], message["from"], message["kind"], message["body"]) = ($"m-{++_messages}", from, kind, body);
        JsonNode receipt = await AskAsync(message, $"/api/threads/{thread}/messages");
        Assert.True(receipt["receipt"]?.GetValue<string>() == "accepted", receipt.ToJsonString());
    }

    private async Task<JsonNode> AskAsync(object request, string path = "/api/threads")
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(path, request, cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))!;
    }

    private async Task PostAsync(string path, object body)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(path, body, cancellation);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Work takes time, which the picture of the work shows.</summary>
    private Task PauseAsync() => Task.Delay(TimeSpan.FromSeconds(1 + (_messages % 3)), cancellation);
}
