using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableMesh.Core.Tasks;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Tasks;

/// <summary>Tells an external tracker what happened to tasks, by HTTP POST.</summary>
public sealed class TaskWebhook(HttpClient http, IOptions<MeshOptions> options)
{
    /// <summary>
    /// The header that says that the event is ours: <c>sha256=</c> and the HMAC-SHA256 of the body under the secret, in
    /// hexadecimal.
    /// </summary>
    public const string SignatureHeader = "X-DurableMesh-Signature";

    /// <summary>How long the tracker may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is a tracker that follows.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(options.Value.Tasks.WebhookUrl);

    /// <summary>Tells of one version of a task.</summary>
    /// <param name="task">The task as it was, its history only what made it so.</param>
    /// <param name="cancellation">Stops waiting; the tracker may have been told.</param>
    /// <exception cref="TaskNotToldException">The tracker did not answer 2xx.</exception>
    public async Task PostAsync(MissionTask task, CancellationToken cancellation)
    {
        if (!IsConfigured)
        {
            throw new TaskNotToldException("Mesh:Tasks:WebhookUrl is not set any more.");
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(TaskEvent.Of(task), AppJson.TypeInfo<TaskEvent>());
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Value.Tasks.WebhookUrl)
        {
            Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(TaskEvent.MediaType, "utf-8") },
            },
            Headers = { { SignatureHeader, $"sha256={Convert.ToHexStringLower(SignatureOf(body))}" } },
        };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                throw new TaskNotToldException($"The webhook answered {(int)response.StatusCode}.");
            }
        }
        catch (HttpRequestException e)
        {
            throw new TaskNotToldException($"The webhook cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TaskNotToldException($"The webhook did not answer within {Patience.TotalSeconds} s.", e);
        }
    }

    /// <summary>A client that goes where it is told and nowhere else.</summary>
    internal static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Patience,
    };

    private byte[] SignatureOf(byte[] body) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Value.Tasks.WebhookSecret ?? ""), body);
}

/// <summary>The tracker has not been told of a change, or has not said so; it is told again.</summary>
public sealed class TaskNotToldException(string message, Exception? inner = null) : Exception(message, inner);
