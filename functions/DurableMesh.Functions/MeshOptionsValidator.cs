using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Identity;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions;

/// <summary>Checks the section <c>Mesh</c> when the host starts, and says all that is wrong with it at once.</summary>
internal sealed partial class MeshOptionsValidator : IValidateOptions<MeshOptions>
{
    private const int MinimumRootKey = 32;
    private const int MinimumSecret = 16;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, MeshOptions options)
    {
        var errors = new List<string>();
        Require(!string.IsNullOrWhiteSpace(options.SeedFile), "SeedFile", "must name the organisation file, JSON");
        Require(!string.IsNullOrWhiteSpace(options.PolicyFile), "PolicyFile", "must name the JSON file of the policy");
        Require(ContainerName().IsMatch(options.StoreContainer), "StoreContainer",
            $"is '{options.StoreContainer}'; it must be 3 to 63 of a-z, 0-9 and single hyphens");
        Within("AnswerWithin", options.AnswerWithin, Second, Minute);
        Within("Store:Patience", options.Store.Patience, Second, Minute);
        Within("Store:CacheMegabytes", options.Store.CacheMegabytes, 1, 4096);
        Within("Retention:Orchestrations", options.Retention.Orchestrations, TimeSpan.FromHours(2), TimeSpan.FromDays(400));
        Within("ReadModel:SnapshotEvery", options.ReadModel.SnapshotEvery, TimeSpan.FromMinutes(10), TimeSpan.FromDays(400));
        Within("ReadModel:MaxMegabytes", options.ReadModel.MaxMegabytes, 16, 1_048_576);
        Require(
            options.ReadModel.Folder is not { Length: > 0 } folder || Path.IsPathFullyQualified(folder),
            "ReadModel:Folder",
            $"is '{options.ReadModel.Folder}'; it must be an absolute path");
        Within("Events:Retention", options.Events.Retention, TimeSpan.FromHours(1), TimeSpan.FromDays(400));
        Within("Events:Streams", options.Events.Streams, 1, 100_000);
        Within("Events:StreamsPerCaller", options.Events.StreamsPerCaller, 1, 100_000);
        Within("Events:LongestStream", options.Events.LongestStream ?? Minute, Minute, TimeSpan.FromDays(30));
        Within("Events:UnreachableAfter", options.Events.UnreachableAfter, Minute, TimeSpan.FromDays(1));
        Require(
            options.Events.Queue.Name is not { Length: > 0 } queue || ContainerName().IsMatch(queue),
            "Events:Queue:Name",
            $"is '{options.Events.Queue.Name}'; it must be 3 to 63 of a-z, 0-9 and single hyphens");
        Require(
            options.Events.Queue.Connection is not { Length: > 0 } account || IsAccount(account),
            "Events:Queue:Connection",
            "must be the connection string of a storage account");
        Require(
            options.Events.Queue.TypeList.All(type => EventTypes.All.Any(known => EventFilter.Fits(type, known))),
            "Events:Queue:Types",
            $"is '{options.Events.Queue.Types}'; it must be some of {string.Join(", ", EventTypes.All)}, or beginnings with *");
        Require(HasWebAddress(options.Tasks), "Tasks:WebhookUrl", "must be an absolute http:// or https:// address");
        Require(
            string.IsNullOrEmpty(options.A2a.Address) || IsWebAddress(options.A2a.Address),
            "A2a:Address", "must be an absolute http:// or https:// address");
        Within("A2a:AnswerWithin", options.A2a.AnswerWithin, Second, TimeSpan.FromMinutes(10));
        Require(HasSecret(options.Tasks), "Tasks:WebhookSecret",
            "must have 16 characters or more: the tracker knows by it that an event is the mesh's");
        foreach (var (provider, says) in options.Providers)
        {
            var at = $"Providers:{provider}";
            Require(says.Kind is not null, $"{at}:Kind", "must be openai or anthropic");
            Require(
                string.IsNullOrEmpty(says.Address) || IsWebAddress(says.Address),
                $"{at}:Address", "must be an absolute http:// or https:// address");
            Require(
                !string.IsNullOrEmpty(says.Key) || (says.Kind == ProviderKind.OpenAI && !string.IsNullOrEmpty(says.Address)),
                $"{at}:Key", "must be the provider's key; only an openai server at an Address of your own may want none");
            Require(IsHeader(says.Key), $"{at}:Key", "must be visible ASCII characters");
        }

        foreach (var (agent, says) in options.Adapters)
        {
            Require(
                says.Secret is { Length: >= MinimumSecret } && IsHeader(says.Secret),
                $"Adapters:{agent}:Secret",
                $"must be {MinimumSecret} or more visible ASCII characters: the agent knows by it that a call is the mesh's");
        }

        var responder = options.Responder;
        Within("Responder:Timeout", responder.Timeout, Second, 30 * Minute);
        Within("Responder:RetryFor", responder.RetryFor, TimeSpan.Zero, TimeSpan.FromDays(1));
        Within("Responder:MaxTries", responder.MaxTries, 1, 100);
        Within("Responder:MaxCalls", responder.MaxCalls, 1, 10_000);
        Within("Responder:MaxCallsPerAgent", responder.MaxCallsPerAgent, 1, 1_000);
        Within("Responder:BreakAfter", responder.BreakAfter, 2, 1_000);
        Within("Responder:BreakFor", responder.BreakFor, Second, 60 * Minute);
        Require(
            options.Identity is not { Mode: IdentityMode.Open, Exposure: not null },
            "Identity:Mode",
            $"is open, but {options.Identity.Exposure}, so that strangers could speak as any agent; set it to keys, and "
                + $"{MeshOptions.Section}:Identity:RootKey to a secret for the first operator");
        Require(
            options.Identity.RootKey is not { } root
                || (root.Length >= MinimumRootKey && !root.AsSpan().ContainsAnyExceptInRange('!', '~')),
            "Identity:RootKey",
            $"must be {MinimumRootKey} or more visible ASCII characters, such as openssl rand -hex 32 prints");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Require(bool holds, string key, string message)
        {
            if (!holds)
            {
                errors.Add($"{MeshOptions.Section}:{key} {message}.");
            }
        }

        void Within<T>(string key, T value, T least, T most)
            where T : IComparable<T> =>
            Require(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, key,
                FormattableString.Invariant($"is {value}; it must be {least} to {most}"));
    }

    private static bool HasWebAddress(TaskFollowerOptions tasks) =>
        string.IsNullOrEmpty(tasks.WebhookUrl)
        || IsWebAddress(tasks.WebhookUrl);

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private static bool IsHeader(string? text) => text is null || !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static bool IsAccount(string connection)
    {
        try
        {
            return new QueueClient(connection, "any").Uri is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool HasSecret(TaskFollowerOptions tasks) =>
        string.IsNullOrEmpty(tasks.WebhookUrl) || tasks.WebhookSecret is { Length: >= 16 };

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ContainerName();
}
