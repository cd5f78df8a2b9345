using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;

namespace DurableMesh.Client;

/// <content>What happens.</content>
public sealed partial class MeshClient
{
    /// <summary>
    /// Events after a position, or since a while ago; with <paramref name="wait"/> the answer may take that long.
    /// </summary>
    /// <param name="filters">Which: <c>type</c>, <c>thread</c>, <c>agent</c>, <c>company</c>, <c>since</c>, <c>limit</c>.</param>
    /// <param name="after">The <c>Next</c> of the page before; null for the first.</param>
    /// <param name="wait">How long to wait for one where there is none.</param>
    /// <param name="cancellation">Stops asking.</param>
    public Task<EventsPage> GetEventsAsync(
        IEnumerable<(string Name, string? Value)> filters, string? after, TimeSpan wait, CancellationToken cancellation) =>
        _transport.PollAsync(
            asked =>
            {
                var request = Get("events" + Query(
                    [.. filters, ("after", after), ("wait", asked > TimeSpan.Zero ? Iso8601Duration.Format(asked) : null)]));
                request.Headers.Accept.ParseAdd("application/json");
                return request;
            },
            wait,
            ClientJson.Context.EventsPage,
            cancellation);
}
