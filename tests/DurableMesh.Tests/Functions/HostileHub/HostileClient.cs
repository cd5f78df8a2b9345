using DurableMesh.Functions;
using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>The Durable Task client of a <see cref="HostileHub"/>: what the app's activities ask of it.</summary>
internal static class HostileClient
{
    /// <summary>A client.</summary>
    /// <param name="hub">The hub, once there is one.</param>
    public static DurableTaskClient Of(Func<HostileHub> hub)
    {
        var client = new Mock<DurableTaskClient>("hostile");
        client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, bool _, CancellationToken _) => Describe(hub().Find(id)));
        client.Setup(one => one.RaiseEventAsync(
                It.IsAny<string>(), It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .Callback((string id, string name, object payload, CancellationToken _) => hub().Raise(id, name, payload))
            .Returns(Task.CompletedTask);
        client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((TaskName name, object input, StartOrchestrationOptions start, CancellationToken _) =>
                hub().Start(name.Name, start.InstanceId!, input)
                    ? start.InstanceId!
                    : throw new InvalidOperationException("An orchestration with this id exists."));
        return client.Object;
    }

    private static OrchestrationMetadata? Describe(HostileInstance? instance) => instance is null
        ? null
        : new OrchestrationMetadata(instance.Orchestrator, instance.Id)
        {
            RuntimeStatus = instance.End switch
            {
                null => OrchestrationRuntimeStatus.Running,
                OrchestrationStatus.Completed => OrchestrationRuntimeStatus.Completed,
                OrchestrationStatus.Terminated => OrchestrationRuntimeStatus.Terminated,
                _ => OrchestrationRuntimeStatus.Failed,
            },
            DataConverter = new Microsoft.DurableTask.Converters.JsonDataConverter(AppJson.Options),
            SerializedInput = instance.Input,
        };
}
