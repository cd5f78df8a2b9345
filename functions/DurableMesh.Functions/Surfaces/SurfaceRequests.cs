using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Surfaces;

/// <summary>What is the same for persistent agents and for schedules over HTTP.</summary>
public sealed class SurfaceRequests(ISurfaceDirectory surfaces, SurfaceWaker waker, TimeProvider time)
{
    private const int ShownFires = 5;

    /// <summary>Starts an instance; the same one again is the same instance.</summary>
    internal async Task<IResult> OpenAsync(
        HttpRequest request, SurfaceOpening start, Subject by, DurableTaskClient client, CancellationToken cancellation)
    {
        var known = (await surfaces.ReadNewestAsync(cancellation)).Find(start.Kind, start.Name);
        var changed = await surfaces.ChangeAsync(new OpenSurface(start), by.ToString(), cancellation);
        var instance = changed.OrThrow().Find(start.Kind, start.Name)!;
        await waker.WakeAsync(client, instance, cancellation);
        var isNew = known?.Id != instance.Id;
        return new JsonAnswer<SurfaceView>(Show(instance), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
        {
            Location = $"{request.PathBase}{request.Path}".TrimEnd('/') + $"/{start.Name}",
        };
    }

    /// <summary>All instances of a surface.</summary>
    internal async Task<IResult> ListAsync(SurfaceKind kind, HttpRequest request, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var board = await surfaces.ReadAsync(cancellation);
        return new JsonAnswer<SurfacesPage>(new SurfacesPage([.. board.List(kind).Select(Show)]));
    }

    /// <summary>An instance.</summary>
    internal async Task<IResult> GetAsync(
        SurfaceKind kind, string name, HttpRequest request, DurableTaskClient client, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var instance = await MustFindAsync(kind, name, cancellation);
        if (instance.Phase != SurfacePhase.Ended)
        {
            await waker.WakeAsync(client, instance, cancellation);
        }

        return Answer(instance);
    }

    /// <summary>The evidence of an instance, or what there is so far.</summary>
    internal async Task<IResult> EvidenceAsync(
        SurfaceKind kind, string name, HttpRequest request, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return new JsonFileAnswer(SurfaceEvidence.Of(await MustFindAsync(kind, name, cancellation)).ToUtf8());
    }

    /// <summary>Asks for a change of an instance, and has it take a turn.</summary>
    internal async Task<SurfaceInstance> StepAsync(
        SurfaceKind kind,
        string name,
        Func<SurfaceId, SurfaceStep> step,
        HttpRequest request,
        DurableTaskClient client,
        CancellationToken cancellation)
    {
        var change = step((await MustFindAsync(kind, name, cancellation)).Id);
        var changed = await surfaces.ChangeAsync(change, Caller.Of(request).NameOrOperator(null), cancellation);
        var instance = changed.OrThrow().Find(change.Of)!;
        await waker.WakeAsync(client, instance, cancellation);
        return instance;
    }

    /// <summary>Ends an instance after what runs; with <c>?now=true</c> cancels that.</summary>
    internal async Task<IResult> StopAsync(
        SurfaceKind kind, string name, HttpRequest request, DurableTaskClient client, CancellationToken cancellation)
    {
        var query = new Query(request, "now");
        var now = query.Flag("now");
        query.ThrowIfWrong();
        var ended = await StepAsync(
            kind, name, id => new StopSurface(id, SurfaceReason.Removed, null, now), request, client, cancellation);
        return Answer(ended, StatusCodes.Status202Accepted);
    }

    /// <summary>Answers with an instance.</summary>
    internal IResult Answer(SurfaceInstance instance, int status = StatusCodes.Status200OK) =>
        new JsonAnswer<SurfaceView>(Show(instance), status);

    private async ValueTask<SurfaceInstance> MustFindAsync(SurfaceKind kind, string name, CancellationToken cancellation) =>
        (await surfaces.ReadAsync(cancellation)).Find(kind, name)
        ?? (await surfaces.ReadNewestAsync(cancellation)).Find(kind, name)
        ?? throw new ProblemException(Problems.OfRefusal(SurfaceBoard.NotFound(kind, name)));

    private SurfaceView Show(SurfaceInstance instance) => SurfaceView.Of(
        instance,
        instance is { Phase: SurfacePhase.Active, Start.Schedule: { } schedule }
            ? [.. CronTimes.Of(schedule.Cron, schedule.TimeZone).Next(Later(time.GetUtcNow(), instance.Cursor), ShownFires)
                .TakeWhile(fire => fire <= instance.Deadline)]
            : []);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
