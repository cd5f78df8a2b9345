using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

/// <summary>The requests that a runner makes for its agent.</summary>
public sealed class RunnerRequestTests
{
    [Theory]
    [InlineData("\"The model is away.\"", null)]
    [InlineData(null, "missing")]
    [InlineData("\" \"", "invalid_value")]
    [InlineData("{\"a\":1}", "invalid_value")]
    [InlineData("\"\\udfff\"", "not_interoperable")]
    public void A_failure_says_why_in_a_text(string? body, string? code)
    {
        var result = Read(
            RequestReader.ReadSendMessage,
            $$"""{"messageId":"f","from":"a","kind":"failure"{{(body is null ? "" : $",\"body\":{body}")}}}""");

        Assert.Equal(code is null ? [] : [("body", code)], result.Errors.Select(error => (error.Path, error.Code)));
    }

    [Theory]
    [InlineData("\"for\":\"PT1S\"", null)]
    [InlineData("\"for\":\"PT10M\",\"device\":\"forge\"", null)]
    [InlineData("\"done\":true", null)]
    [InlineData("\"done\":false", "missing")]
    [InlineData("\"for\":\"PT0.9S\"", "out_of_range")]
    [InlineData("\"for\":\"PT10M1S\"", "out_of_range")]
    [InlineData("\"for\":\"soon\"", "invalid_value")]
    [InlineData("\"for\":30", "wrong_type")]
    public void A_lease_is_for_a_second_to_ten_minutes(string duration, string? code)
    {
        var result = Read(RequestReader.ReadLease, $$"""{"agent":"a","holder":"h-1","sequence":3,{{duration}}}""");

        Assert.Equal(code is null ? [] : [("for", code)], result.Errors.Select(error => (error.Path, error.Code)));
        Assert.Equal(code is null, result.Value is { Agent: "a", Holder: "h-1", Sequence: 3 });
    }

    private static ReadResult<T> Read<T>(Func<ReadOnlyMemory<byte>, ReadResult<T>> read, string json)
        where T : class => read(Encoding.UTF8.GetBytes(json));
}
