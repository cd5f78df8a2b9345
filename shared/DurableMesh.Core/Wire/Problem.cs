using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>An error answer: RFC 9457 problem details with a stable code.</summary>
public sealed record Problem
{
    /// <summary>The media type of a problem.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>A URI for the kind of problem; <c>about:blank</c> where the code says it all.</summary>
    public string Type { get; init => field = value ?? "about:blank"; } = "about:blank";

    /// <summary>The kind of problem in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong here, and what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The stable code that programs can use, for instance <c>unknown_field</c>.</summary>
    public required string Code { get; init; }

    /// <summary>All that is wrong with the input, at once; null where the input is not the problem.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InputError>? Errors { get; init; }

    /// <summary>The thread that came to be in spite of the problem, for instance one that the gate denied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ThreadId { get; init; }

    /// <summary>Where the host that can answer is reached, when it is not this one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Owner { get; init; }

    /// <summary>The lease that is in the way of another: who has it (<c>holder</c>) and until when (<c>expiresAt</c>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LeaseView? Lease { get; init; }
}

/// <summary>One thing that is wrong with an input.</summary>
/// <param name="Path">Where: a path such as <c>brief.acceptance[0].id</c>; <c>$</c> for the whole input.</param>
/// <param name="Code">A stable code, for instance <c>missing</c>.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record InputError(string Path, string Code, string Message)
{
    /// <summary>The most errors that are listed for one input.</summary>
    public const int MaxReported = 100;

    /// <summary>The input is no JSON.</summary>
    public const string MalformedJson = "malformed_json";

    /// <summary>JSON that other readers would understand differently (RFC 7493), for instance a name that stands twice.</summary>
    public const string NotInteroperable = "not_interoperable";

    /// <summary>Nested too deeply.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>A field that the contract does not know.</summary>
    public const string UnknownField = "unknown_field";

    /// <summary>A field that must be there is not.</summary>
    public const string Missing = "missing";

    /// <summary>A field that must not be there is.</summary>
    public const string NotAllowed = "not_allowed";

    /// <summary>Another JSON type is wanted.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>The type is right, the value is not.</summary>
    public const string InvalidValue = "invalid_value";

    /// <summary>A number, an amount or a duration beyond its range.</summary>
    public const string OutOfRange = "out_of_range";

    /// <summary>A text for people that holds a control character, or one that nobody sees.</summary>
    public const string ControlCharacter = "control_character";

    /// <summary>A text or a list that is too long.</summary>
    public const string TooLong = "too_long";

    /// <summary>An id that stands twice in a list.</summary>
    public const string DuplicateId = "duplicate_id";

    /// <summary>An address that means something on the sender's machine only.</summary>
    public const string LocalAddress = "local_address";

    /// <summary>A body over 1 MiB.</summary>
    public const string BodyTooLarge = "body_too_large";
}
