using DurableMesh.LocalHost;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.LocalHost;

public sealed class ConsoleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, 45, TimeSpan.Zero);

    [Theory]
    [InlineData(LogLevel.Information, "12:00:00.045 said in two lines")]
    [InlineData(LogLevel.Warning, "12:00:00.045 warning: said in two lines")]
    [InlineData(LogLevel.Error, "12:00:00.045 error: said in two lines")]
    [InlineData(LogLevel.Debug, "12:00:00.045 debug: Some.Category: said in two lines")]
    public void A_message_is_one_line_whatever_it_says(LogLevel level, string expected)
    {
        Assert.Equal(expected + Environment.NewLine, Format(level, "said in\ntwo lines", null));
    }

    [Fact]
    public void An_error_of_the_host_is_told_by_its_message_and_any_other_with_its_trace()
    {
        Assert.EndsWith(
            $"failed{Environment.NewLine}Port 1 is taken.{Environment.NewLine}",
            Format(LogLevel.Critical, "failed", new FunctionAppException("Port 1 is taken.", new IOException("inner"))),
            StringComparison.Ordinal);
        Assert.Contains(
            "System.IO.IOException: disk",
            Format(LogLevel.Critical, "failed", new IOException("disk")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_the_app_refuses_are_told_one_a_line_and_without_a_trace() =>
        Assert.EndsWith(
            $"failed{Environment.NewLine}A is wrong.{Environment.NewLine}B is wrong.{Environment.NewLine}",
            Format(
                LogLevel.Critical, "failed", new OptionsValidationException("", typeof(object), ["A is wrong.", "B is wrong."])),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("AzureFunctions_InvocationId", "")]
    [InlineData("Another", "12:00:00.045 warning: said")]
    public void A_workers_console_takes_what_is_said_outside_an_invocation(string scope, string expected)
    {
        var time = new FakeTimeProvider(Noon);
        time.SetLocalTimeZone(TimeZoneInfo.Utc);
        var scopes = new LoggerExternalScopeProvider();
        using var _ = scopes.Push(new Dictionary<string, object> { [scope] = "x" });
        using var text = new StringWriter();

        new OutsideInvocation(new LineFormatter(time)).Write(
            new LogEntry<string>(LogLevel.Warning, "Some.Category", default, "said", null, (state, _) => state), scopes, text);

        Assert.Equal(expected, text.ToString().TrimEnd());
    }

    private static string Format(LogLevel level, string message, Exception? error)
    {
        var time = new FakeTimeProvider(Noon);
        time.SetLocalTimeZone(TimeZoneInfo.Utc);
        using var text = new StringWriter();
        new LineFormatter(time).Write(
            new LogEntry<string>(level, "Some.Category", default, message, error, (state, _) => state), null, text);
        return text.ToString();
    }
}
