using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>A task hub that has the instances that a test puts there.</summary>
internal sealed class MockedHub
{
    public MockedHub()
    {
        Client.Setup(one => one.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>()))
            .Returns((OrchestrationQuery query) => List(query));
        Client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, bool _, CancellationToken _) => Instances.GetValueOrDefault(id));
        Client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, CancellationToken _) => Instances.GetValueOrDefault(id));
        Client.Setup(one => one.PurgeInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, CancellationToken _) => new PurgeResult(Instances.Remove(id) ? 1 : 0));
    }

    /// <summary>What it has, by their ids.</summary>
    public SortedDictionary<string, OrchestrationMetadata> Instances { get; } = new(StringComparer.Ordinal);

    public Mock<DurableTaskClient> Client { get; } = new("test");

    /// <summary>How many pages were asked for.</summary>
    public int Pages { get; private set; }

    /// <summary>The instances that a query asks for.</summary>
    public AsyncPageable<OrchestrationMetadata> List(OrchestrationQuery query) => Pageable.Create((after, size, _) =>
    {
        Pages++;
        var rest = Instances.Values
            .Where(one => query.Statuses?.Contains(one.RuntimeStatus) != false
                && !(one.CreatedAt < query.CreatedFrom) && !(one.CreatedAt > query.CreatedTo))
            .Where(one => after is null || string.CompareOrdinal(one.InstanceId, after) > 0)
            .ToArray();
        OrchestrationMetadata[] page = [.. rest.Take(size ?? query.PageSize)];
        return Task.FromResult(
            new Page<OrchestrationMetadata>(page, page.Length < rest.Length ? page[^1].InstanceId : null));
    });
}
