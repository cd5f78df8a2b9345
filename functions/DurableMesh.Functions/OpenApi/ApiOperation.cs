using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.OpenApi;

/// <summary>Routes that belong together in the API's description.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Description">The group in a sentence.</param>
/// <param name="Operations">Its routes.</param>
internal sealed record ApiGroup(string Name, string Description, IReadOnlyList<ApiOperation> Operations)
{
    /// <summary>The parts of its routes that are no fixed text, by name.</summary>
    public IReadOnlyDictionary<string, string> Path { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// All that reflection cannot know of an HTTP function. Its method, route and operation id come from its attributes; the schemas
/// come from the serializer's metadata, their descriptions from the XML docs.
/// </summary>
/// <param name="Function">The function's name.</param>
/// <param name="Summary">The route in a few words.</param>
internal sealed record ApiOperation(string Function, string Summary)
{
    /// <summary>More about it; null where the summary says it all.</summary>
    public string? Remarks { get; init; }

    /// <summary>The parameters of its query: those that its <see cref="Http.Query"/> knows, in that order.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>The headers that it reads, besides the key.</summary>
    public IReadOnlyList<ApiParameter> Headers { get; init; } = [];

    /// <summary>The body; null where it reads none.</summary>
    public ApiBody? Body { get; init; }

    /// <summary>The answers that are no problems.</summary>
    public required IReadOnlyList<ApiAnswer> Answers { get; init; }

    /// <summary>The codes of the problems that are this route's own; those of every route are added by themselves.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether anybody may ask, without a key.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Whether it is about one thread, which the caller may not see or which may not be there.</summary>
    public bool IsOfThread { get; init; }
}

/// <summary>A parameter of a query or a header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Type">The type whose schema it has.</param>
internal sealed record ApiParameter(string Name, string Description, Type Type)
{
    /// <summary>Whether it must be there.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it may stand several times, or hold several values with commas between them.</summary>
    public bool IsList { get; init; }

    /// <summary>The least number.</summary>
    public int? Least { get; init; }

    /// <summary>The greatest number.</summary>
    public int? Most { get; init; }

    /// <summary>The value that holds where it is not given, if there is one.</summary>
    public int? Otherwise { get; init; }

    public static ApiParameter Text(string name, string description) => new(name, description, typeof(string));

    public static ApiParameter Number(string name, string description, int least, int most, int? otherwise = null) =>
        new(name, description, typeof(int)) { Least = least, Most = most, Otherwise = otherwise };

    public static ApiParameter Flag(string name, string description) => new(name, description, typeof(bool));

    public static ApiParameter Duration(string name, string description) => new(name, description, typeof(TimeSpan));

    public static ApiParameter Day(string name, string description) => new(name, description, typeof(DateOnly));

    public static ApiParameter OneOf<TEnum>(string name, string description)
        where TEnum : struct, Enum => new(name, description, typeof(TEnum));

    /// <summary>The <c>Idempotency-Key</c> header.</summary>
    public static ApiParameter IdempotencyKey { get; } = Text(
        "Idempotency-Key", "1 to 255 characters of the caller's own: the same key with the same body is the same start.");

    /// <summary>The <c>If-Match</c> header.</summary>
    public static ApiParameter IfMatch { get; } = Text(
        "If-Match", "The ETag of the version that this change was made for; a newer one is 412 version_mismatch.");

    /// <summary>The <c>If-None-Match</c> header of a change.</summary>
    public static ApiParameter IfNew { get; } = Text("If-None-Match", "* where there must be none yet.");
}

/// <summary>A request's body.</summary>
/// <param name="Type">The type whose schema it has; null for bytes of any kind.</param>
/// <param name="Check">Reads it as the function does, and says what is wrong; null for bytes.</param>
internal sealed record ApiBody(Type? Type, Func<ReadOnlyMemory<byte>, IReadOnlyList<InputError>>? Check)
{
    /// <summary>The file itself.</summary>
    public static ApiBody Bytes { get; } = new(null, null);

    /// <summary>Whether the request may have none.</summary>
    public bool IsOptional { get; init; }

    /// <summary>A body that is read strictly.</summary>
    /// <typeparam name="T">The type whose schema it has.</typeparam>
    /// <typeparam name="TRead">The type that its reader makes of it.</typeparam>
    /// <param name="reader">The reader.</param>
    public static ApiBody Of<T, TRead>(Func<ReadOnlyMemory<byte>, ReadResult<TRead>> reader)
        where TRead : class => new(typeof(T), utf8 => reader(utf8).Errors);

    /// <summary>A body whose schema is that of the type that its reader makes of it.</summary>
    public static ApiBody Of<T>(Func<ReadOnlyMemory<byte>, ReadResult<T>> reader)
        where T : class => Of<T, T>(reader);
}

/// <summary>An answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Description">When it comes.</param>
/// <param name="Type">The type whose schema it has; null for none, or for what is no JSON.</param>
internal sealed record ApiAnswer(int Status, string Description, Type? Type)
{
    /// <summary>The media type besides JSON's; null for none.</summary>
    public string? OtherMediaType { get; init; }

    /// <summary>The headers that it may have.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    public static ApiAnswer Of<T>(int status, string description, params IReadOnlyList<string> headers) =>
        new(status, description, typeof(T)) { Headers = headers };

    public static ApiAnswer Ok<T>(string description, params IReadOnlyList<string> headers) =>
        Of<T>(StatusCodes.Status200OK, description, headers);

    public static ApiAnswer NoContent(string description) => new(StatusCodes.Status204NoContent, description, null);
}
