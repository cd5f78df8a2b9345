using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>
/// The storage account that <c>AzureWebJobsStorage</c> names, with the same settings as in Azure Functions: a connection string,
/// or an account and an identity (<c>AzureWebJobsStorage__accountName</c> or <c>__blobServiceUri</c>, <c>__credential</c>,
/// <c>__clientId</c>). Where nothing is said it is the development storage, an Azurite on this machine.
/// </summary>
public sealed class StorageConnection
{
    /// <summary>The configuration key.</summary>
    public const string Key = "AzureWebJobsStorage";

    private const string Development = "UseDevelopmentStorage=true";
    private const string DevelopmentAccount = AzuriteKey.Account;
    private const string KeyPart = "AccountKey=";
    private const string AccountSetting = "accountName";
    private const string ServiceSetting = "blobServiceUri";
    private const string CredentialSetting = "credential";

    /// <summary>What <see cref="AzureComponentFactory"/> knows; any other word would silently mean no choice at all.</summary>
    private static readonly string[] CredentialKinds =
        ["managedidentity", "workloadidentity", "managedidentityasfederatedidentity", "azurepipelines"];

    private readonly string? _connectionString;
    private readonly TokenCredential? _credential;
    private readonly StorageSharedKeyCredential? _azuriteKey;

    /// <summary>An account by its connection string.</summary>
    /// <exception cref="FormatException">It is none; the message does not repeat it, for it may hold a key.</exception>
    public StorageConnection(string connectionString)
    {
        _connectionString = connectionString;
        try
        {
            BlobServiceUri = new BlobServiceClient(connectionString).Uri;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException(
                $"{Key} is not the connection string of a storage account ({e.Message}). On a developer's machine it is "
                + $"'{Development}'; with an identity instead, {Name(AccountSetting)} names the account.",
                e);
        }

        if (AzuriteEndpoint is not null && IsWithoutKeyOfItsOwn(connectionString))
        {
            _azuriteKey = new StorageSharedKeyCredential(DevelopmentAccount, AzuriteKey.WellKnown);
        }
    }

    /// <summary>An account for an identity.</summary>
    /// <param name="blobServiceUri">The account's blob service, https.</param>
    /// <param name="credential">Who asks.</param>
    public StorageConnection(Uri blobServiceUri, TokenCredential credential) =>
        (BlobServiceUri, _credential) = (blobServiceUri, credential);

    /// <summary>Where the account's blob service is.</summary>
    public Uri BlobServiceUri { get; }

    /// <summary>
    /// Where Azurite is expected, when this means one on this machine: the development account at a loopback address. Null for
    /// anything else.
    /// </summary>
    internal Uri? AzuriteEndpoint =>
        _credential is null && BlobServiceUri is { IsLoopback: true, Scheme: "http" }
        && BlobServiceUri.AbsolutePath.Trim('/') == DevelopmentAccount
            ? new Uri(BlobServiceUri.GetLeftPart(UriPartial.Authority) + "/")
            : null;

    /// <summary>
    /// The account key that the connection string gives an Azurite on this machine; null where the Azurite found there, or
    /// started there, says which it takes.
    /// </summary>
    internal string? GivenAzuriteKey => AzuriteEndpoint is null || _azuriteKey is not null ? null : KeyIn(_connectionString!);

    /// <summary>From now on the Azurite is asked with this account key, by clients that were opened before as well.</summary>
    internal void UseAzuriteKey(string key) => _azuriteKey?.SetAccountKey(key);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="FormatException">They name no account, or two; the message says which setting is wrong.</exception>
    public static StorageConnection Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Key);
        var identity = section.GetChildren().FirstOrDefault(setting => !string.IsNullOrWhiteSpace(setting.Value))?.Key;
        if (string.IsNullOrWhiteSpace(section.Value))
        {
            return identity is null
                ? new StorageConnection(Development)
                : new StorageConnection(ServiceOf(section, identity), CredentialOf(section));
        }

        return identity is null
            ? new StorageConnection(section.Value)
            : throw new FormatException(
                $"{Key} is a connection string, and {Name(identity)} is for an identity instead of one: "
                + "take one of the two away.");
    }

    /// <summary>A client for a container of the account.</summary>
    public BlobContainerClient OpenContainer(string name, BlobClientOptions options) =>
        (_azuriteKey is not null ? new BlobServiceClient(BlobServiceUri, _azuriteKey, options)
            : _credential is null ? new BlobServiceClient(_connectionString, options)
            : new BlobServiceClient(BlobServiceUri, _credential, options)).GetBlobContainerClient(name);

    /// <summary>The account, without any key.</summary>
    public override string ToString()
    {
        var account = new BlobUriBuilder(BlobServiceUri).AccountName is { Length: > 0 } name ? name : BlobServiceUri.Host;
        return AzuriteEndpoint is not null ? "Azurite"
            : _credential is null ? account
            : $"{account} by {_credential.GetType().Name}";
    }

    /// <summary>Lets a task hub live in the account.</summary>
    internal void Configure(TaskHubOptions hub) =>
        (hub.ConnectionString, hub.BlobServiceUri, hub.Credential, hub.AccountKey) = (
            _azuriteKey is null ? _connectionString : null,
            _azuriteKey is null && _credential is null ? null : BlobServiceUri,
            _credential,
            _azuriteKey);

    private static bool IsWithoutKeyOfItsOwn(string connectionString) =>
        KeyIn(connectionString) is null or AzuriteKey.WellKnown;

    private static string? KeyIn(string connectionString) => connectionString.Split(';', StringSplitOptions.TrimEntries)
        .FirstOrDefault(part => part.StartsWith(KeyPart, StringComparison.OrdinalIgnoreCase))?[KeyPart.Length..];

    private static Uri ServiceOf(IConfigurationSection section, string identity)
    {
        // In this order, as in Azure Functions.
        if (section[ServiceSetting] is { Length: > 0 } service)
        {
            return Uri.TryCreate(service, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
                ? uri
                : throw new FormatException(
                    $"{Name(ServiceSetting)} is '{service}'; it must be an https address, such as "
                    + "https://NAME.blob.core.windows.net.");
        }

        if (section[AccountSetting] is { Length: > 0 } account)
        {
            return account.Length is >= 3 and <= 24 && account.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
                ? new Uri($"https://{account}.blob.core.windows.net")
                : throw new FormatException(
                    $"{Name(AccountSetting)} is '{account}'; it must be the name of a storage account, 3 to 24 of a-z and 0-9. "
                    + $"An address goes into {Name(ServiceSetting)}.");
        }

        throw new FormatException(
            $"{Name(identity)} is set, but no account: set {Name(AccountSetting)} (or {Name(ServiceSetting)}) as well.");
    }

    // As the Functions host does it, with the same settings. In a container of its own, because few hosts have an identity, and
    // the others start faster without what stands behind it.
    private static TokenCredential CredentialOf(IConfigurationSection section)
    {
        var kind = section[CredentialSetting];
        if (!string.IsNullOrEmpty(kind) && !CredentialKinds.Contains(kind, StringComparer.OrdinalIgnoreCase))
        {
            throw new FormatException(
                $"{Name(CredentialSetting)} is '{kind}'; it must be {string.Join(" or ", CredentialKinds)}. Leave it out where "
                + "nobody but a developer is signed in.");
        }

        var services = new ServiceCollection();
        services.AddAzureClientsCore();
        using var provider = services.BuildServiceProvider();
        try
        {
            return provider.GetRequiredService<AzureComponentFactory>().CreateTokenCredential(section);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new FormatException($"The identity of {Key} cannot be used: {e.Message}", e);
        }
    }

    private static string Name(string setting) => $"{Key}__{setting}";
}
