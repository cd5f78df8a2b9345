using System.Net.Sockets;
using System.Reflection;

using Grpc.Core;

using Microsoft.Extensions.Configuration;

namespace DurableMesh.LocalHost;

/// <summary>The Functions host that has started this process as its worker, as it introduces itself.</summary>
internal static class StartingHost
{
    private const string Section = "Functions:Worker";
    private const string Endpoint = "HostEndpoint";
    private const string Prefix = "--functions-";

    // Long for a host on the same machine, which listens before it starts a worker.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>What a host says on the command line, and where that comes to stand in the configuration.</summary>
    private static readonly (string Argument, string Key)[] Words =
    [
        ($"{Prefix}uri", Endpoint),
        ($"{Prefix}worker-id", "WorkerId"),
        ($"{Prefix}request-id", "RequestId"),
        ($"{Prefix}grpc-max-message-length", "GrpcMaxMessageLength"),
    ];

    /// <summary>Whether this process speaks with its host in memory and not over a connection.</summary>
    private static bool IsInProcess => AppContext.GetData("AZURE_FUNCTIONS_NATIVE_HOST") is not null;

    /// <summary>Whether a host has started this process, or has tried to.</summary>
    public static bool IsThere(string[] args) =>
        args.Any(arg => arg.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        || Environment.GetEnvironmentVariable($"{Section.Replace(":", "__", StringComparison.Ordinal)}__{Endpoint}") is not null
        || IsInProcess;

    /// <summary>Checks that the host has said all that its worker needs, and that it listens.</summary>
    /// <exception cref="FunctionAppException">It has not, or does not; the message says how to start the app alone.</exception>
    public static void Check(IConfiguration configuration)
    {
        if (IsInProcess)
        {
            return;
        }

        var worker = configuration.GetSection(Section);
        var missing = Words.Where(word => string.IsNullOrEmpty(worker[word.Key])).Select(word => word.Argument).ToList();
        if (missing.Count > 0)
        {
            throw NotStarted($"without {string.Join(", ", missing)}");
        }

        if (!int.TryParse(worker[Words[^1].Key], out var length) || length <= 0)
        {
            throw NotStarted($"with {Words[^1].Argument} '{worker[Words[^1].Key]}', which is no number of bytes");
        }

        if (!Uri.TryCreate(worker[Endpoint], UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw NotStarted($"with {Prefix}uri '{worker[Endpoint]}', which is no http address");
        }

        if (WhyNobodyListens(address) is { } reason)
        {
            throw NotStarted($"of {address}, where no Functions host answers: {reason}");
        }
    }

    /// <summary>The words for what the official worker throws when something else listens than a host.</summary>
    public static string? WordsOf(Exception error) => error is RpcException lost
        ? $"The Functions host that started this app does not answer as one: {lost.Status.Detail.ReplaceLineEndings(" ")}"
        : null;

    private static string? WhyNobodyListens(Uri address)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new TcpClient();
        try
        {
            socket.ConnectAsync(address.Host, address.Port, patience.Token).AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (SocketException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return $"no connection in {Patience.TotalSeconds} s";
        }
    }

    private static FunctionAppException NotStarted(string how) => new(
        $"This app was started as the worker of a Functions host, {how}. "
        + $"To run it alone, start it without {Prefix}… arguments and {Section.Replace(":", "__", StringComparison.Ordinal)}__… "
        + $"variables: dotnet {Assembly.GetEntryAssembly()?.GetName().Name}.dll");
}
