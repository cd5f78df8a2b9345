using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>
/// Writes an enum as <c>snake_case</c> text and refuses numbers, so that a renumbering can never change a meaning.
/// </summary>
/// <typeparam name="TEnum">The enum.</typeparam>
public sealed class SnakeCaseEnumConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;

/// <summary>Writes an enum as <c>kebab-case</c> text and refuses numbers.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
public sealed class KebabCaseEnumConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;

/// <summary>Writes an enum in <c>UPPER CASE</c> and refuses numbers.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
public sealed class UpperCaseEnumConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false)
    where TEnum : struct, Enum;
