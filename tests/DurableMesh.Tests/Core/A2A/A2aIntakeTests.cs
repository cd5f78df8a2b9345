using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Core.A2A;

/// <summary>Clients' messages, as the mesh takes them.</summary>
public sealed class A2aIntakeTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void Texts_are_one_body_and_its_first_line_is_the_subject()
    {
        var content = Content("""[{"text":"\n  Is it safe?\nLong story."},{"text":"More."}]""");

        Assert.Equal("\n  Is it safe?\nLong story.\n\nMore.", content.Body!.ToDisplayText());
        Assert.Equal("Is it safe?", content.Subject("nothing"));
    }

    [Theory]
    [InlineData("""[{"data":{"b":1,"a":[true,null]}}]""", """{"a":[true,null],"b":1}""")]
    [InlineData("""[{"text":"see"},{"data":7}]""", """["see",7]""")]
    [InlineData("""[{"text":"x","mediaType":"text/markdown","unknown":{"y":1}}]""", "\"x\"")]
    public void Data_is_a_body_too_and_what_is_not_known_is_left_out(string parts, string body) =>
        Assert.Equal(body, Content(parts).Body!.Text);

    [Fact]
    public void A_files_bytes_come_along_and_a_reference_is_known_by_its_hash()
    {
        var content = Content("""
            [{"raw":"aGVsbG8=","filename":"a.txt"},
             {"url":"https://example.org/b.bin","filename":"b.bin","metadata":{"urn:durablemesh:a2a:thread:v1":{"sha256":"HASH"}}},
             {"url":"/api/threads/t/artifacts/HASH"}]
            """.Replace("HASH", Hash, StringComparison.Ordinal));

        Assert.Equal(("a.txt", "hello"), (content.Files[0].Name, Encoding.UTF8.GetString(content.Files[0].Content.Span)));
        Assert.Equal([Hash, Hash], content.References.Select(one => one.Sha256));
        Assert.Null(content.Body);
    }

    [Theory]
    [InlineData("[]", A2aErrorKind.InvalidParams)]
    [InlineData("[{}]", A2aErrorKind.ContentTypeNotSupported)]
    [InlineData("""[{"kind":"file","file":{"uri":"x"}}]""", A2aErrorKind.ContentTypeNotSupported)]
    [InlineData("""[{"text":"a","data":1}]""", A2aErrorKind.InvalidParams)]
    [InlineData("""[{"url":"https://example.org/file"}]""", A2aErrorKind.InvalidParams)]
    [InlineData("""[{"url":"file:///etc/passwd","metadata":{"urn:durablemesh:a2a:thread:v1":{"sha256":"../x"}}}]""",
        A2aErrorKind.InvalidParams)]
    [InlineData("""[{"raw":"aGVsbG8=","filename":"../x"}]""", A2aErrorKind.InvalidParams)]
    public void A_part_that_is_none_is_refused(string parts, A2aErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<A2aException>(() => Content(parts)).Error.Kind);

    [Theory]
    [InlineData("""{"message":{"parts":"x"}}""", "message.parts")]
    [InlineData("""{"message":{"role":"ROLE_KING"}}""", "message.role")]
    [InlineData("""{"message":{"messageId":"a","messageId":"b"}}""", null)]
    [InlineData("""{"message":{"parts":[{"raw":"not base64"}]}}""", "message.parts[0].raw")]
    [InlineData("{", null)]
    [InlineData("[]", null)]
    public void What_is_not_of_the_shape_is_named_by_its_place(string json, string? path)
    {
        var error = Assert.Throws<A2aException>(() => A2aJson.Read<A2aSendRequest>(Encoding.UTF8.GetBytes(json))).Error;

        Assert.Equal(A2aErrorKind.InvalidParams, error.Kind);
        Assert.DoesNotContain("DurableMesh", error.Message, StringComparison.Ordinal);
        Assert.True(path is null || error.Mistakes[0].Path == path, error.Mistakes[0].Path);
    }

    [Theory]
    [InlineData(null, A2aRole.User)]
    [InlineData("two words", A2aRole.User)]
    [InlineData("ok", A2aRole.Agent)]
    [InlineData("ok", A2aRole.Unspecified)]
    public void A_message_needs_an_id_and_a_clients_role(string? id, A2aRole role) =>
        Assert.Throws<A2aException>(() => A2aIntake.Demand(new A2aMessage { MessageId = id, Role = role }));

    [Fact]
    public void A_message_alone_is_a_question_for_advice()
    {
        var start = Start(new JsonObject { ["mcTask"] = "T-1" });

        Assert.Equal((Pattern.Advisory, "T-1", "Is it safe?"), (start.Pattern, start.McTask, start.Brief.Subject));
        Assert.Null(start.Brief.Body);
        Assert.Null(start.ContextId);
    }

    [Fact]
    public void A_message_with_criteria_is_work_that_is_to_be_judged()
    {
        var start = Start(
            new JsonObject
            {
                ["mcTask"] = "T-1",
                ["priority"] = "H",
                ["subject"] = "CSV",
                ["brief"] = "What is to be done",
                ["acceptance"] = new JsonArray(new JsonObject { ["id"] = "AC-1", ["title"] = "kept" }),
                ["limits"] = new JsonObject { ["ttl"] = "PT5M" },
            },
            context: "release-7");

        Assert.Equal((Pattern.BuilderVerifier, Priority.H, "CSV"), (start.Pattern, start.Priority, start.Brief.Subject));
        Assert.Equal("What is to be done", start.Brief.Body!.ToDisplayText());
        Assert.Equal(TimeSpan.FromMinutes(5), start.Limits!.Ttl);
        Assert.Equal("release-7", start.ContextId);
    }

    [Fact]
    public void All_mistakes_of_the_metadata_are_named_at_once_where_the_client_made_them()
    {
        var error = Assert.Throws<A2aException>(
            () => Start(new JsonObject { ["limits"] = new JsonObject { ["ttl"] = "soon" } })).Error;

        Assert.Equal(
            [$"message.metadata[{A2aExtensionData.Uri}].mcTask", $"message.metadata[{A2aExtensionData.Uri}].limits.ttl"],
            error.Mistakes.Select(one => one.Path));
    }

    [Fact]
    public void A_task_of_the_settings_stands_in_where_none_is_named() => Assert.Equal(
        "DEFAULT",
        A2aIntake.Start(Message(), Data([]), Content("""[{"text":"x"}]"""), (Sample.Builder, Sample.Verifier), "DEFAULT").McTask);

    [Theory]
    [InlineData("""{"urn:durablemesh:a2a:thread:v1":7}""")]
    [InlineData("""{"urn:durablemesh:a2a:thread:v1":{"patern":"advisory"}}""")]
    public void Metadata_that_is_not_the_extensions_is_refused(string metadata) =>
        Assert.Throws<A2aException>(() => A2aExtensionData.Read((JsonObject)JsonNode.Parse(metadata)!, null));

    [Fact]
    public void The_messages_metadata_comes_before_the_requests_and_that_of_others_is_nobodys_business()
    {
        var data = A2aExtensionData.Read(
            (JsonObject)JsonNode.Parse("""{"urn:durablemesh:a2a:thread:v1":{"mcTask":"A"},"https://else":{"x":1}}""")!,
            (JsonObject)JsonNode.Parse("""{"urn:durablemesh:a2a:thread:v1":{"mcTask":"B","kind":"note"}}""")!);

        Assert.Equal(("A", "note"), (data.Text("mcTask"), data.Text("kind")));
    }

    [Theory]
    [InlineData(Pattern.Advisory, Sample.Builder, false, "question")]
    [InlineData(Pattern.BuilderVerifier, Sample.Builder, false, "submission")]
    [InlineData(Pattern.BuilderVerifier, Sample.Builder, true, "answer")]
    [InlineData(Pattern.BuilderVerifier, Sample.Verifier, true, "note")]
    public void The_kind_of_a_message_goes_by_whose_move_it_is(
        Pattern pattern, string awaiting, bool isAsked, string kind) => Assert.Equal(
            kind, A2aIntake.KindOf(Data([]), Sample.Thread() with { Pattern = pattern, Awaiting = awaiting }, isAsked));

    [Theory]
    [InlineData("verdict")]
    [InlineData("brief")]
    [InlineData("failure")]
    public void A_client_sends_nothing_that_is_the_agents(string kind) => Assert.Throws<A2aException>(
        () => A2aIntake.KindOf(Data(new JsonObject { ["kind"] = kind }), Sample.Thread(), isAsked: false));

    [Fact]
    public void An_address_of_another_agent_is_not_changed_by_metadata()
    {
        var data = Data(new JsonObject { ["responder"] = "somebody-else" });

        Assert.Throws<A2aException>(() => A2aIntake.ResponderOf(data, Sample.Verifier));
        Assert.Equal("somebody-else", A2aIntake.ResponderOf(data, agent: null));
        Assert.Throws<A2aException>(() => A2aIntake.ResponderOf(Data([]), agent: null));
        Assert.Throws<A2aException>(() => A2aIntake.InitiatorOf(Data([]), speaker: null));
    }

    [Fact]
    public void A_local_address_is_no_reference() => Assert.Throws<A2aException>(() => A2aIntake.Send(
        Message(),
        Data([]),
        null,
        "submission",
        Sample.Builder,
        [new Artifact { Name = "x", Sha256 = Hash, Uri = "/etc/passwd" }]));

    private static StartThreadRequest Start(JsonObject data, string? context = null) => A2aIntake.Start(
        Message() with { ContextId = context },
        Data(data),
        Content("""[{"text":"Is it safe?\nMore."}]"""),
        (Sample.Builder, Sample.Verifier),
        defaultTask: null);

    private static A2aMessage Message() => new() { MessageId = "m-1", Role = A2aRole.User };

    private static A2aExtensionData Data(JsonObject data) =>
        A2aExtensionData.Read(new JsonObject { [A2aExtensionData.Uri] = data }, request: null);

    private static A2aContent Content(string parts) => A2aContent.Of(
        A2aJson.Read<A2aMessage>(Encoding.UTF8.GetBytes($$"""{"parts":{{parts}}}""")).Parts);
}
