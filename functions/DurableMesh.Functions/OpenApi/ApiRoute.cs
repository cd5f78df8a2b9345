using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.OpenApi.Operations;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.OpenApi;

/// <summary>A route of the API: what its function's attributes say, and what is described of it.</summary>
/// <param name="Method">The HTTP method, in lower case.</param>
/// <param name="Path">The path, with a slash at its beginning.</param>
/// <param name="Group">The group that it belongs to.</param>
/// <param name="Operation">What is described of it.</param>
internal sealed partial record ApiRoute(string Method, string Path, ApiGroup Group, ApiOperation Operation)
{
    private const string Prefix = "api/";

    /// <summary>The operation's id: the function's name in camelCase.</summary>
    public string Id { get; } = JsonNamingPolicy.CamelCase.ConvertName(Operation.Function);

    /// <summary>The names of the parts of the path that are no fixed text.</summary>
    public IReadOnlyList<string> PathParameters { get; } = [.. Parts().Matches(Path).Select(part => part.Groups[1].Value)];

    /// <summary>The codes of all problems that it may answer with, those of every route included.</summary>
    public IReadOnlyList<string> Codes => [.. All(Operation).Distinct()];

    /// <summary>All routes of the app under <c>/api</c>, in the order of their descriptions.</summary>
    /// <exception cref="InvalidOperationException">
    /// A function is not described, or what is described is no function: the message names all of them.
    /// </exception>
    public static IEnumerable<ApiRoute> All()
    {
        var found = Found().ToDictionary(one => one.Function, one => one.Trigger, StringComparer.Ordinal);
        var described = EventOperations.All
            .SelectMany(group => group.Operations.Select(operation => (Group: group, Operation: operation))).ToList();
        string[] faults =
        [
            .. found.Keys.Except(described.Select(one => one.Operation.Function))
                .Select(name => $"'{name}' is not described: add an ApiOperation to a group in OpenApi/Operations."),
            .. described.Select(one => one.Operation.Function).Where(name => !found.ContainsKey(name))
                .Select(name => $"'{name}' is described, and no HTTP function under {Prefix}."),
        ];
        return faults.Length > 0
            ? throw new InvalidOperationException(string.Join(Environment.NewLine, faults))
            : described.Select(one => Of(found[one.Operation.Function], one.Group, one.Operation));
    }

    /// <summary>
    /// The HTTP functions under <c>/api</c>. What stands elsewhere (pages, other protocols) is described elsewhere.
    /// </summary>
    private static IEnumerable<(string Function, HttpTriggerAttribute Trigger)> Found() =>
        from type in typeof(ApiRoute).Assembly.GetExportedTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let trigger = method.GetParameters().Select(one => one.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(one => one is not null)
        where function is not null && trigger?.Route?.StartsWith(Prefix, StringComparison.Ordinal) == true
        select (function.Name, trigger);

    private static ApiRoute Of(HttpTriggerAttribute trigger, ApiGroup group, ApiOperation operation) =>
        new(trigger.Methods!.Single().ToLowerInvariant(), $"/{trigger.Route}", group, operation);

    private static IEnumerable<string> All(ApiOperation operation) =>
    [
        .. operation.Problems,
        .. operation.IsOfThread ? (string[])["thread_not_found", "not_a_party", "malformed_id"] : [],
        .. operation.Body is { Type: not null } ? ProblemCatalogue.OfBody : [],
        .. ProblemCatalogue.OfInput,
        .. operation.IsPublic
            ? ProblemCatalogue.OfAll.Except(["key_missing", "key_unknown", "missing_scope", "too_many_keys"])
            : ProblemCatalogue.OfAll,
        .. operation.IsPublic || IdentityMiddleware.IsForAgents(operation.Function) ? (string[])[] : ["operators_only"],
    ];

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Parts();
}
