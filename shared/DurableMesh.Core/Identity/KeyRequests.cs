using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Identity;

/// <summary>The body of <c>POST /keys</c> and <c>POST /agents/{id}/keys</c>.</summary>
/// <param name="Operator">The operator's name; null for an agent, which the route names.</param>
/// <param name="Scopes">What the key is to allow; null for all that its subject may have.</param>
/// <param name="Lifetime">How long it is to work; null for no end.</param>
public sealed record IssueKeyRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Operator,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Scope>? Scopes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TimeSpan? Lifetime);

/// <summary>The body of <c>POST /keys/{keyId}/rotate</c>.</summary>
/// <param name="Overlap">How long the old key works still.</param>
public sealed record RotateKeyRequest(TimeSpan Overlap);

/// <summary>Reads requests about keys as strictly as <see cref="RequestReader"/> reads the others.</summary>
public static class KeyRequestReader
{
    private const int MaxNameLength = 128;
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(31);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(10 * 366);

    /// <summary>Reads the body of <c>POST /agents/{id}/keys</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<IssueKeyRequest> ReadForAgent(ReadOnlyMemory<byte> utf8) =>
        JsonInput.Read(utf8, input => new IssueKeyRequest(null, ReadScopes(input), input.Duration("lifetime", MaxLifetime)));

    /// <summary>Reads the body of <c>POST /keys</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<IssueKeyRequest> ReadForOperator(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var name = input.Line("operator", MaxNameLength);
        var scopes = ReadScopes(input);
        var lifetime = input.Duration("lifetime", MaxLifetime);
        return name is null ? null : new IssueKeyRequest(name, scopes, lifetime);
    });

    /// <summary>Reads the body of <c>POST /keys/{keyId}/rotate</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<RotateKeyRequest> ReadRotate(ReadOnlyMemory<byte> utf8) =>
        JsonInput.Read(utf8, input => new RotateKeyRequest(input.Duration("overlap", MaxOverlap) ?? DefaultOverlap));

    private static List<Scope>? ReadScopes(ObjectReader input)
    {
        var scopes = new List<Scope>();
        foreach (var name in input.Lines("scopes", Choices<Scope>.ByName.Count, MaxNameLength).Distinct())
        {
            if (Choices<Scope>.ByName.TryGetValue(name, out var scope))
            {
                scopes.Add(scope);
            }
            else
            {
                input.Add("scopes", InputError.InvalidValue, $"'{name}' is none of {Choices<Scope>.List}.");
            }
        }

        if (!input.Has("scopes"))
        {
            return null;
        }

        if (scopes.Count == 0)
        {
            input.Add("scopes", InputError.InvalidValue, $"A key has one scope or more of {Choices<Scope>.List}.");
        }

        return scopes;
    }
}
