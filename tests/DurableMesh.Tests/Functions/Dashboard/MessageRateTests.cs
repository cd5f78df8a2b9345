using DurableMesh.Functions.Dashboard;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class MessageRateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MessageRate _rate;

    public MessageRateTests() => _rate = new MessageRate(_time);

    [Fact]
    public void At_the_first_look_nobody_knows()
    {
        Assert.Null(_rate.Next(100));
        Assert.Null(_rate.Next(100));
    }

    [Fact]
    public void The_rate_is_taken_from_what_was_seen_within_a_minute()
    {
        _rate.Next(100);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(20, _rate.Next(110));

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(10, _rate.Next(110));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, _rate.Next(110));
    }

    [Fact]
    public void Whoever_looks_after_a_long_time_begins_anew()
    {
        _rate.Next(100);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(_rate.Next(500));
    }
}
