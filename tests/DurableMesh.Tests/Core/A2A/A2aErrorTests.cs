using DurableMesh.Core.A2A;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.A2A;

/// <summary>Errors as the specification's table has them, and who is told by push notification.</summary>
public sealed class A2aErrorTests
{
    [Theory]
    [InlineData(A2aErrorKind.TaskNotFound, -32001, 404, "NOT_FOUND", "TASK_NOT_FOUND")]
    [InlineData(A2aErrorKind.TaskNotCancelable, -32002, 400, "FAILED_PRECONDITION", "TASK_NOT_CANCELABLE")]
    [InlineData(A2aErrorKind.UnsupportedOperation, -32004, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION")]
    [InlineData(A2aErrorKind.ContentTypeNotSupported, -32005, 400, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED")]
    [InlineData(A2aErrorKind.VersionNotSupported, -32009, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED")]
    public void An_error_has_the_codes_of_the_specification(A2aErrorKind kind, int rpc, int http, string status, string reason)
    {
        var error = new A2aError { Kind = kind, Message = "m" };
        var body = error.ToHttp()["error"]!;
        var info = body["details"]![0]!;

        Assert.Equal((rpc, http, 200), (error.RpcCode, error.HttpStatus, error.RpcHttpStatus));
        Assert.Equal((status, reason, "a2a-protocol.org"),
            ((string?)body["status"], (string?)info["reason"], (string?)info["domain"]));
        Assert.Equal(reason, (string?)error.ToRpc()["data"]![0]!["reason"]);
    }

    [Theory]
    [InlineData("not_a_party", 403, A2aErrorKind.TaskNotFound)]
    [InlineData("thread_not_found", 404, A2aErrorKind.TaskNotFound)]
    [InlineData("forged_sender", 403, A2aErrorKind.Refused)]
    [InlineData("key_missing", 401, A2aErrorKind.Refused)]
    [InlineData("overloaded", 429, A2aErrorKind.Refused)]
    [InlineData("body_too_large", 413, A2aErrorKind.InvalidParams)]
    [InlineData("internal_error", 500, A2aErrorKind.Internal)]
    public void A_problem_of_the_API_becomes_an_error(string code, int status, A2aErrorKind kind) =>
        Assert.Equal(kind, A2aError.Of(new Problem { Code = code, Status = status, Title = "t" }).Kind);

    [Fact]
    public void What_is_the_meshs_own_keeps_its_status_and_code()
    {
        var error = A2aError.Of(new Problem { Code = "key_missing", Status = 401, Title = "t" });

        Assert.Equal((401, 401, -32000), (error.HttpStatus, error.RpcHttpStatus, error.RpcCode));
        Assert.Equal("KEY_MISSING", (string?)error.ToRpc()["data"]![0]!["reason"]);
    }

    [Fact]
    public void Mistakes_are_violations_of_fields()
    {
        var error = A2aError.InvalidParams("message.parts", "missing", "This is missing.");
        var violation = error.ToRpc()["data"]![0]!["fieldViolations"]![0]!;

        Assert.Equal("message.parts", (string?)violation["field"]);
    }

    [Theory]
    [InlineData("not an address", null, null, null)]
    [InlineData("https://example.org", "two\r\nlines", null, null)]
    [InlineData("https://example.org", null, "Bear er", null)]
    [InlineData("https://example.org", null, "Bearer", "x\r\nHost: y")]
    [InlineData("https://example.org", null, "", "x")]
    public void Nothing_that_ends_a_header_is_taken(string url, string? token, string? scheme, string? credentials) =>
        Assert.Throws<A2aException>(() => A2aPushReader.Read(
            new A2aPushConfig
            {
                Url = url,
                Token = token,
                Authentication = scheme is null ? null : new A2aAuthentication { Scheme = scheme, Credentials = credentials },
            },
            "t",
            ""));

    [Fact]
    public void A_task_has_so_many_push_notifications_and_the_same_id_replaces()
    {
        var book = A2aPushBook.Empty;
        for (var n = 0; n < A2aPushBook.MostPerTask; n++)
        {
            book = Add(book, $"p-{n}").State;
        }

        Assert.Equal("too_many_pushes", Add(book, "one-more").Refusal!.Code);
        Assert.Null(Add(book, "p-0").Refusal);
        Assert.Equal(A2aPushBook.MostPerTask, Add(book, "p-0").State.Of("t").Count);
        Assert.NotEqual(book.Find("t", "p-0")!.Sink, Add(book, "p-0", "https://else.example.org").State.Find("t", "p-0")!.Sink);
        Assert.Null(book.Apply(new A2aPushRemoved("t", "p-0"), DateTimeOffset.UnixEpoch, "x").State.Find("t", "p-0"));
    }

    [Fact]
    public void Secrets_are_not_shown()
    {
        var shown = Add(A2aPushBook.Empty, "p").State.Find("t", "p")!.Show();

        Assert.Equal(("Bearer", null, null), (shown.Authentication!.Scheme, shown.Authentication.Credentials, shown.Token));
    }

    private static ChangeResult<A2aPushBook> Add(A2aPushBook book, string id, string url = "https://example.org") => book.Apply(
        new A2aPushAdded(new A2aPush
        {
            TaskId = "t",
            Id = id,
            Url = url,
            Token = "token",
            Scheme = "Bearer",
            Credentials = "secret",
            Address = "https://mesh.example.org",
            From = "",
        }),
        DateTimeOffset.UnixEpoch,
        "agent:a");
}
