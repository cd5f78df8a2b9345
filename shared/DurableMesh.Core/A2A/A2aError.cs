using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>
/// The kinds of errors: those of A2A 1.0, those of JSON-RPC, and <see cref="Refused"/> for all that is the mesh's.
/// </summary>
public enum A2aErrorKind
{
    /// <summary>The mesh's own answer: who asks, how much at once, whether it is there.</summary>
    Refused,

    /// <summary>There is no such task, or none that the caller may know of.</summary>
    TaskNotFound,

    /// <summary>The task is over already.</summary>
    TaskNotCancelable,

    /// <summary>Push notifications are not offered.</summary>
    PushNotificationNotSupported,

    /// <summary>That cannot be done, or not with a task that is where it is.</summary>
    UnsupportedOperation,

    /// <summary>A part is of a kind that the mesh does not take.</summary>
    ContentTypeNotSupported,

    /// <summary>The version of A2A is not spoken here.</summary>
    VersionNotSupported,

    /// <summary>The request is no JSON.</summary>
    ParseError,

    /// <summary>The JSON is no request of JSON-RPC.</summary>
    InvalidRequest,

    /// <summary>JSON-RPC knows no such method here.</summary>
    MethodNotFound,

    /// <summary>The request has mistakes.</summary>
    InvalidParams,

    /// <summary>The mesh failed.</summary>
    Internal,
}

/// <summary>An error as both bindings tell it (specification 3.3.2, 5.4, 9.5, 11.6).</summary>
public sealed record A2aError
{
    private const string InfoType = "type.googleapis.com/google.rpc.ErrorInfo";
    private const string BadRequestType = "type.googleapis.com/google.rpc.BadRequest";

    /// <summary>What kind it is.</summary>
    public required A2aErrorKind Kind { get; init; }

    /// <summary>What is wrong, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>The mesh's own code, in lower case; null where A2A's says it.</summary>
    public string? Code { get; init; }

    /// <summary>The HTTP status of a <see cref="A2aErrorKind.Refused"/>.</summary>
    public int Status { get; init; } = 400;

    /// <summary>All that is wrong with the request.</summary>
    public IReadOnlyList<InputError> Mistakes { get; init; } = [];

    /// <summary>More about it, for programs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>JSON-RPC's code.</summary>
    public int RpcCode => Kind switch
    {
        A2aErrorKind.TaskNotFound => -32001,
        A2aErrorKind.TaskNotCancelable => -32002,
        A2aErrorKind.PushNotificationNotSupported => -32003,
        A2aErrorKind.UnsupportedOperation => -32004,
        A2aErrorKind.ContentTypeNotSupported => -32005,
        A2aErrorKind.VersionNotSupported => -32009,
        A2aErrorKind.ParseError => -32700,
        A2aErrorKind.InvalidRequest => -32600,
        A2aErrorKind.MethodNotFound => -32601,
        A2aErrorKind.InvalidParams => -32602,
        A2aErrorKind.Internal => -32603,
        _ => -32000,
    };

    /// <summary>The status of an HTTP answer.</summary>
    public int HttpStatus => Kind switch
    {
        A2aErrorKind.Refused => Status,
        A2aErrorKind.TaskNotFound => 404,
        A2aErrorKind.Internal => 500,
        _ => 400,
    };

    /// <summary>The status of the HTTP answer in which JSON-RPC's error comes: what is the protocol's has 200.</summary>
    public int RpcHttpStatus => Kind == A2aErrorKind.Refused ? Status : 200;

    private string GrpcStatus => Kind switch
    {
        A2aErrorKind.Refused => Status switch
        {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            409 => "ABORTED",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "FAILED_PRECONDITION",
        },
        A2aErrorKind.TaskNotFound => "NOT_FOUND",
        A2aErrorKind.Internal => "INTERNAL",
        A2aErrorKind.MethodNotFound => "UNIMPLEMENTED",
        A2aErrorKind.ContentTypeNotSupported or A2aErrorKind.ParseError or A2aErrorKind.InvalidRequest
            or A2aErrorKind.InvalidParams => "INVALID_ARGUMENT",
        _ => "FAILED_PRECONDITION",
    };

    private string? Reason => Kind switch
    {
        A2aErrorKind.TaskNotFound => "TASK_NOT_FOUND",
        A2aErrorKind.TaskNotCancelable => "TASK_NOT_CANCELABLE",
        A2aErrorKind.PushNotificationNotSupported => "PUSH_NOTIFICATION_NOT_SUPPORTED",
        A2aErrorKind.UnsupportedOperation => "UNSUPPORTED_OPERATION",
        A2aErrorKind.ContentTypeNotSupported => "CONTENT_TYPE_NOT_SUPPORTED",
        A2aErrorKind.VersionNotSupported => "VERSION_NOT_SUPPORTED",
        _ => null,
    };

    /// <summary>One mistake of a request.</summary>
    /// <param name="path">Where.</param>
    /// <param name="code">A stable code.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    public static A2aError InvalidParams(string path, string code, string message) =>
        InvalidParams([new InputError(path, code, message)]);

    /// <summary>All mistakes of a request.</summary>
    /// <param name="mistakes">The mistakes, one at least.</param>
    public static A2aError InvalidParams(IReadOnlyList<InputError> mistakes) => new()
    {
        Kind = A2aErrorKind.InvalidParams,
        Message = MessageOf(mistakes),
        Mistakes = mistakes,
    };

    private static string MessageOf(IReadOnlyList<InputError> mistakes) =>
        mistakes.Count == 1 ? mistakes[0].Message : $"The request has {mistakes.Count} mistakes.";

    /// <summary>There is no such task, or none that the caller may know of: which, nobody is told.</summary>
    /// <param name="taskId">The task.</param>
    public static A2aError TaskNotFound(string taskId) => new()
    {
        Kind = A2aErrorKind.TaskNotFound,
        Message = "There is no such task, or it is not this agent's, or not yours.",
        Metadata = new Dictionary<string, string> { ["taskId"] = WholeText.Shorten(taskId, 64) },
    };

    /// <summary>A task is where it does not allow something.</summary>
    /// <param name="kind">What kind of error that is.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="code">The mesh's own code.</param>
    public static A2aError OfTask(A2aErrorKind kind, string taskId, string message, string? code = null) => new()
    {
        Kind = kind,
        Message = message,
        Code = code,
        Metadata = new Dictionary<string, string> { ["taskId"] = taskId },
    };

    /// <summary>A problem of the API.</summary>
    /// <param name="problem">The problem.</param>
    public static A2aError Of(Problem problem)
    {
        var error = new A2aError
        {
            Kind = problem.Code switch
            {
                "not_a_party" or "thread_not_found" => A2aErrorKind.TaskNotFound,
                "not_json" => A2aErrorKind.InvalidRequest,
                _ when problem.Status == 500 => A2aErrorKind.Internal,
                _ when problem.Status is 400 or 413 => A2aErrorKind.InvalidParams,
                _ => A2aErrorKind.Refused,
            },
            Message = problem.Errors is { Count: > 1 } all ? MessageOf(all) : problem.Detail ?? problem.Title,
            Code = problem.Code,
            Status = problem.Status,
            Mistakes = problem.Errors ?? [],
        };
        return error.Kind == A2aErrorKind.TaskNotFound ? error with { Message = TaskNotFound("").Message, Code = null } : error;
    }

    /// <summary>The error object of JSON-RPC.</summary>
    public JsonObject ToRpc() => new()
    {
        ["code"] = RpcCode,
        ["message"] = Message,
        ["data"] = Details(),
    };

    /// <summary>The body of an HTTP answer.</summary>
    public JsonObject ToHttp() => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = HttpStatus,
            ["status"] = GrpcStatus,
            ["message"] = Message,
            ["details"] = Details(),
        },
    };

    private JsonArray Details()
    {
        var details = new JsonArray();
        if ((Reason ?? Code?.ToUpperInvariant()) is { } reason)
        {
            var metadata = new JsonObject();
            foreach (var (name, value) in Metadata)
            {
                metadata[name] = value;
            }

            if (Reason is not null && Code is not null)
            {
                metadata["code"] = Code;
            }

            details.Add((JsonNode)new JsonObject
            {
                ["@type"] = InfoType,
                ["reason"] = reason,
                ["domain"] = Reason is null ? "durablemesh" : "a2a-protocol.org",
                ["metadata"] = metadata,
            });
        }

        if (Mistakes.Count > 0)
        {
            details.Add((JsonNode)new JsonObject
            {
                ["@type"] = BadRequestType,
                ["fieldViolations"] = new JsonArray([.. Mistakes.Select(one => new JsonObject
                {
                    ["field"] = one.Path,
                    ["description"] = string.Create(CultureInfo.InvariantCulture, $"{one.Message} ({one.Code})"),
                })]),
            });
        }

        return details;
    }
}

/// <summary>A request of A2A is answered with an error.</summary>
/// <param name="error">The error.</param>
public sealed class A2aException(A2aError error) : Exception(error.Message)
{
    /// <summary>The error.</summary>
    public A2aError Error => error;
}
