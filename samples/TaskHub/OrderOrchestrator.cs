using Microsoft.DurableTask;

namespace TaskHubSample;

/// <summary>Reserves an order's goods, and ships them once somebody has approved it.</summary>
internal sealed class OrderOrchestrator : TaskOrchestrator<Order, string>
{
    /// <summary>The event that says whether the order may go.</summary>
    public const string Approval = "approval";

    private static readonly TaskOptions ThreeTries =
        TaskOptions.FromRetryPolicy(new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromSeconds(1)));

    public override async Task<string> RunAsync(TaskOrchestrationContext context, Order order)
    {
        var parcel = await context.CallActivityAsync<string>("Reserve", order, ThreeTries);
        context.SetCustomStatus("waits for approval");
        var approved = await context.WaitForExternalEvent<bool>(Approval);
        return approved ? await context.CallActivityAsync<string>("Ship", parcel, ThreeTries) : $"{parcel}, put back";
    }
}

internal sealed record Order(string Item, int Pieces);
