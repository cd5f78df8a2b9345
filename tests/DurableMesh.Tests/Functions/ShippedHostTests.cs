using System.Reflection;
using System.Text.Json;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Tests.Functions;

/// <summary>What the app tells a Functions host.</summary>
public sealed class ShippedHostTests
{
    [Fact]
    public void No_function_wants_a_key_of_the_host_because_the_mesh_has_its_own()
    {
        var triggers = typeof(StartThread).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .ToList();

        Assert.NotEmpty(triggers);
        Assert.All(triggers, trigger => Assert.Equal(AuthorizationLevel.Anonymous, trigger.AuthLevel));
    }

    [Fact]
    public void After_a_crash_work_is_taken_up_again_as_soon_as_the_official_storage_provider_allows()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "host.json")));
        var provider = host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("storageProvider");

        Assert.Equal("00:01:00", provider.GetProperty("controlQueueVisibilityTimeout").GetString());
        Assert.Equal("00:01:00", provider.GetProperty("workItemQueueVisibilityTimeout").GetString());
    }
}
