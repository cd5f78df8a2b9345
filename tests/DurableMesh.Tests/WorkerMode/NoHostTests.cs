using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.WorkerMode;

/// <summary>The app, started with the words of a Functions host that is not there.</summary>
public sealed class NoHostTests
{
    [Fact]
    public async Task Where_nobody_listens_one_line_says_so_and_how_to_start_alone()
    {
        string address = $"http://127.0.0.1:{AzuriteFixture.FreePort()}/";

        (int exitCode, string said) = await RunAsync([.. Words(address)]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith(
            $"This app was started as the worker of a Functions host, of {address}, where no Functions host answers: ",
            said,
            StringComparison.Ordinal);
        Assert.EndsWith(": dotnet DurableMesh.Functions.dll", said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n'));
    }

    [Fact]
    public async Task Where_something_else_listens_one_line_says_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        using var over = new CancellationTokenSource();
        Task refusing = HangUpAsync(listener, over.Token);

        (int exitCode, string said) = await RunAsync([.. Words(address)]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("The Functions host that started this app does not answer as one: ", said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n'));
        await over.CancelAsync();
        await refusing;
    }

    [Theory]
    [InlineData("without --functions-worker-id, --functions-grpc-max-message-length. ",
        "--functions-uri", "http://127.0.0.1:1", "--functions-request-id", "y")]
    [InlineData("without --functions-uri, --functions-request-id, --functions-grpc-max-message-length. ",
        "--functions-worker-id", "x")]
    [InlineData("with --functions-uri 'here', which is no http address. ", "--functions-uri", "here",
        "--functions-worker-id", "x", "--functions-request-id", "y", "--functions-grpc-max-message-length", "1")]
    [InlineData("with --functions-grpc-max-message-length 'long', which is no number of bytes. ",
        "--functions-uri", "http://127.0.0.1:1", "--functions-worker-id", "x", "--functions-request-id", "y",
        "--functions-grpc-max-message-length", "long")]
    public async Task What_a_host_has_not_said_is_named(string expected, params string[] words)
    {
        (int exitCode, string said) = await RunAsync(words);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n'));
    }

    private static IEnumerable<string> Words(string address) =>
    [
        "--functions-uri", address, "--functions-worker-id", "x", "--functions-request-id", "y",
        "--functions-grpc-max-message-length", int.MaxValue.ToString(CultureInfo.InvariantCulture),
    ];

    private static async Task<(int ExitCode, string Said)> RunAsync(string[] words)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        string app = Path.Combine(AppContext.BaseDirectory, "DurableMesh.Functions.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [app, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
            string errors = await process.StandardError.ReadToEndAsync(patience.Token);
            // A start logs to the console, too.
            Assert.DoesNotContain("Functions host", await output, StringComparison.Ordinal);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, errors.Trim());
        }
        finally
        {
            process.Kill();
        }
    }

    private static async Task HangUpAsync(TcpListener listener, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptTcpClientAsync(cancellation)).Dispose();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
