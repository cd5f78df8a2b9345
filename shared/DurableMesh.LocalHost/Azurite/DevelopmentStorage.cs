using Azure.Storage.Blobs;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>Reads the connection string <c>AzureWebJobsStorage</c>.</summary>
internal static class DevelopmentStorage
{
    /// <summary>The configuration key, as in Azure Functions.</summary>
    public const string Key = "AzureWebJobsStorage";

    /// <summary>What holds when nothing is configured.</summary>
    public const string Default = "UseDevelopmentStorage=true";

    private const string Account = "devstoreaccount1";

    /// <summary>
    /// Where Azurite's blob service is expected, when the connection string means one on this machine: the development storage,
    /// or the development account at a loopback address. Null for anything else.
    /// </summary>
    /// <exception cref="FormatException">It is no connection string.</exception>
    public static Uri? EndpointOf(string connectionString)
    {
        var service = Open(connectionString);
        return service.AccountName == Account && service.Uri is { IsLoopback: true, Scheme: "http" }
            ? new Uri(service.Uri.GetLeftPart(UriPartial.Authority) + "/")
            : null;
    }

    private static BlobServiceClient Open(string connectionString)
    {
        try
        {
            return new BlobServiceClient(connectionString);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // The string itself holds a key: it is not repeated.
            throw new FormatException(
                $"{Key} is not the connection string of a storage account ({e.Message}). On a developer's machine it is "
                + $"'{Default}'.",
                e);
        }
    }
}
