using DurableMesh.Core.Surfaces;

namespace DurableMesh.Client;

/// <content>Persistent agents and schedules.</content>
public sealed partial class MeshClient
{
    /// <summary>Starts a persistent agent, or adds a schedule; the same one again is the same instance.</summary>
    public Task<SurfaceView> OpenSurfaceAsync(
        SurfaceKind kind, ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
        _transport.AskAsync(() => Post(PathOf(kind), request), ClientJson.Context.SurfaceView, cancellation);

    /// <summary>All of a kind.</summary>
    public Task<SurfacesPage> ListSurfacesAsync(SurfaceKind kind, CancellationToken cancellation) =>
        GetAsync(PathOf(kind), ClientJson.Context.SurfacesPage, cancellation);

    /// <summary>One of them.</summary>
    public Task<SurfaceView> GetSurfaceAsync(SurfaceKind kind, string name, CancellationToken cancellation) =>
        GetAsync($"{PathOf(kind)}/{Escape(name)}", ClientJson.Context.SurfaceView, cancellation);

    /// <summary>The evidence of one of them, byte for byte.</summary>
    public Task<byte[]> GetSurfaceEvidenceAsync(SurfaceKind kind, string name, CancellationToken cancellation) =>
        _transport.AnswerAsync(() => Get($"{PathOf(kind)}/{Escape(name)}/evidence"), cancellation, wait: FileTime);

    /// <summary>Ends one of them; with <paramref name="now"/> what runs is cancelled.</summary>
    public Task<SurfaceView> EndSurfaceAsync(SurfaceKind kind, string name, bool now, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => new HttpRequestMessage(
                HttpMethod.Delete, $"api/{PathOf(kind)}/{Escape(name)}{(now ? "?now=true" : "")}"),
            ClientJson.Context.SurfaceView,
            cancellation);

    /// <summary>Gives a persistent agent a task; the same key with the same task is the same one.</summary>
    public Task<SurfaceView> GiveTaskAsync(
        string agent, ReadOnlyMemory<byte> task, string idempotencyKey, CancellationToken cancellation) =>
        _transport.AskAsync(
            () =>
            {
                var message = Post($"surfaces/agents/{Escape(agent)}/tasks", task);
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            ClientJson.Context.SurfaceView,
            cancellation);

    /// <summary>Has a schedule start no runs for a while.</summary>
    public Task<SurfaceView> PauseScheduleAsync(string name, CancellationToken cancellation) => _transport.AskAsync(
        () => Post($"surfaces/schedules/{Escape(name)}/pause", "{}"u8.ToArray()), ClientJson.Context.SurfaceView, cancellation);

    /// <summary>Has a schedule go on.</summary>
    public Task<SurfaceView> ResumeScheduleAsync(string name, CancellationToken cancellation) => _transport.AskAsync(
        () => Post($"surfaces/schedules/{Escape(name)}/resume", "{}"u8.ToArray()), ClientJson.Context.SurfaceView, cancellation);

    private static string PathOf(SurfaceKind kind) => kind == SurfaceKind.Cron ? "surfaces/schedules" : "surfaces/agents";
}
