using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli;

/// <summary>The routes by which messages are waited for: a thread's, and an agent's inbox.</summary>
internal sealed class FakeReading(FakeMesh mesh)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/threads/{id}/messages", MessagesAsync);
        api.MapGet("/agents/{id}/inbox", InboxAsync);
    }

    private async Task<IResult> MessagesAsync(string id, int? after, string? to, string? wait, CancellationToken cancellation)
    {
        if (mesh.Find(id) is null)
        {
            return FakeMesh.NotFound(id);
        }

        var found = await WaitAsync(
            messages => messages.Where(message =>
                message.ThreadId == id && message.Sequence > (after ?? 0) && (to is null || message.To == to)),
            wait,
            () => mesh.Find(id)!.Phase == ThreadPhase.Ended,
            cancellation);
        var state = mesh.Find(id)!;
        var next = found.Count > 0 ? found[^1].Sequence : Math.Max(after ?? 0, state.Messages);
        return FakeMesh.Answer(new MessagesPage(found, next, state.Phase));
    }

    private async Task<IResult> InboxAsync(string id, string? after, string? wait, CancellationToken cancellation)
    {
        if (id is not (Sample.Builder or Sample.Verifier))
        {
            return FakeMesh.Refuse(404, "agent_not_found", $"There is no agent {id}.");
        }

        var from = 0;
        if (after is not null
            && (!after.StartsWith(mesh.Positions, StringComparison.Ordinal)
                || !int.TryParse(after[mesh.Positions.Length..], out from)
                || from > mesh.Messages.Count))
        {
            return FakeMesh.Refuse(400, "unknown_position", "The position is none that this store gave.");
        }

        var found = await WaitAsync(
            messages => messages.Skip(from).Where(message => message.To == id || message.Kind == MessageKind.Brief),
            wait,
            () => false,
            cancellation);
        var next = found.Count > 0 ? mesh.Messages.ToList().IndexOf(found[^1]) + 1 : from;
        return FakeMesh.Answer(new InboxPage(found, $"{mesh.Positions}{next}"));
    }

    private async Task<List<MessageView>> WaitAsync(
        Func<IReadOnlyList<MessageView>, IEnumerable<MessageView>> select,
        string? wait,
        Func<bool> isOver,
        CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(wait is not null && Iso8601Duration.TryParse(wait, out var duration) ? duration : TimeSpan.Zero);
        try
        {
            await mesh.UntilAsync(messages => select(messages).Any() || isOver(), limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The wait is over, and there is nothing.
        }

        return [.. select(mesh.Messages)];
    }
}
