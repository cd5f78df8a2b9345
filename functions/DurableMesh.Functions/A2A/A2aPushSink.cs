using System.Net;
using System.Net.Http.Headers;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Webhooks;

namespace DurableMesh.Functions.A2A;

/// <summary>Posts how a task goes on, as its client asked for it, until the task is over.</summary>
internal sealed class A2aPushSink(
    A2aPush push,
    A2aUpdates updates,
    IAgentDirectory agents,
    HttpClient http,
    TimeProvider time,
    Func<A2aPush, CancellationToken, Task> end) : IEventSink
{
    private const string TokenHeader = "X-A2A-Notification-Token";

    public string Id { get; } = push.Sink;

    public string Address => WebhookSink.AddressOf(new Uri(push.Url));

    public EventFilter Filter { get; } = new() { Types = A2aUpdates.Types, Threads = [push.TaskId] };

    public EventCursor? From => EventCursor.TryParse(push.From, out var from) ? from : null;

    public async Task<SinkAnswer> TellAsync(StoredEvent happened, CancellationToken cancellation)
    {
        if (await MayStillHearAsync(cancellation))
        {
            foreach (var update in await updates.OfAsync(happened.Event, push.Address, cancellation))
            {
                var answer = await PostAsync(update, cancellation);
                if (answer.IsGone)
                {
                    await end(push, cancellation);
                }

                if (answer.Failure is not null)
                {
                    return answer;
                }
            }
        }

        if (happened.Event.Type == EventTypes.ThreadEnded)
        {
            await end(push, cancellation);
        }

        return SinkAnswer.Taken;
    }

    /// <summary>Whoever was taken out of the registry, or disabled, hears no more.</summary>
    private async ValueTask<bool> MayStillHearAsync(CancellationToken cancellation) =>
        Subject.TryParse(push.Owner) is not { IsAgent: true, Name: var name }
        || (await agents.ReadAsync(cancellation)).Find(name) is { Enabled: true };

    private async Task<SinkAnswer> PostAsync(A2aUpdate update, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, push.Url)
        {
            Content = new ByteArrayContent(A2aJson.Write(update))
            {
                Headers = { ContentType = new MediaTypeHeaderValue(A2aBody.HttpType) },
            },
        };
        request.Headers.UserAgent.ParseAdd("DurableMesh");
        request.Headers.TryAddWithoutValidation("A2A-Version", A2aCards.Version);
        if (push.Scheme is { } scheme)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {push.Credentials}".TrimEnd());
        }

        if (push.Token is { Length: > 0 } token)
        {
            request.Headers.TryAddWithoutValidation(TokenHeader, token);
        }

        try
        {
            // Whatever it says besides the status, nobody reads.
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return response.IsSuccessStatusCode
                ? SinkAnswer.Taken
                : new SinkAnswer(
                    $"It answered {(int)response.StatusCode}.",
                    response.StatusCode == HttpStatusCode.Gone,
                    response.Headers.RetryAfter?.Delta
                        ?? (response.Headers.RetryAfter?.Date is { } date ? date - time.GetUtcNow() : null));
        }
        catch (HttpRequestException e)
        {
            return new SinkAnswer(
                e.InnerException is AddressRefusedException refused ? refused.Message : $"It cannot be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SinkAnswer($"It did not answer within {WebhookSink.Patience.TotalSeconds:0} s.");
        }
    }
}
