using System.Net.Sockets;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class TaskFailureDetailsTests
{
    [Fact]
    public void Details_hold_the_whole_chain_of_inner_exceptions()
    {
        var details = TaskFailureDetails.FromException(
            new InvalidOperationException("outer", new IOException("middle", new TimeoutException("inner"))));

        Assert.Equal("System.InvalidOperationException: outer", details.ToString());
        Assert.Equal("System.IO.IOException: middle", details.InnerFailure?.ToString());
        Assert.Equal("System.TimeoutException: inner", details.InnerFailure?.InnerFailure?.ToString());
        Assert.Null(details.InnerFailure?.InnerFailure?.InnerFailure);
    }

    [Fact]
    public void Details_of_a_thrown_exception_hold_its_stack_trace()
    {
        Exception thrown = Assert.Throws<TimeoutException>((Action)(() => throw new TimeoutException()));

        Assert.Contains(nameof(TaskFailureDetailsTests), TaskFailureDetails.FromException(thrown).StackTrace);
        Assert.Null(TaskFailureDetails.FromException(new TimeoutException()).StackTrace);
    }

    [Fact]
    public void The_failure_of_a_failed_task_is_its_own_inner_failure()
    {
        var cause = new TaskFailureDetails("Some.Error", "no", null, null, null);

        var details = TaskFailureDetails.FromException(new TaskFailedException("Ask", 3, cause));

        Assert.Equal("Microsoft.DurableTask.TaskFailedException", details.ErrorType);
        Assert.Same(cause, details.InnerFailure);
    }

    [Theory]
    [InlineData(typeof(SocketException), true)]
    [InlineData(typeof(System.ComponentModel.Win32Exception), true)]
    [InlineData(typeof(Exception), true)]
    [InlineData(typeof(TimeoutException), false)]
    [InlineData(typeof(IOException), false)]
    public void A_failure_is_caused_by_its_type_and_its_bases_but_not_by_its_inner_failures(Type asked, bool isCause)
    {
        var details = TaskFailureDetails.FromException(new SocketException(1));
        TaskFailureDetails withInner = details with { InnerFailure = TaskFailureDetails.FromException(new TimeoutException()) };

        Assert.Equal(isCause, withInner.IsCausedBy(asked));
    }

    [Fact]
    public void Exception_types_of_the_app_and_nested_ones_are_found()
    {
        var details = TaskFailureDetails.FromException(new NestedException());

        Assert.True(details.IsCausedBy<NestedException>());
        Assert.True(details.IsCausedBy<InvalidOperationException>());
    }

    [Theory]
    [InlineData("Nobody.Knows.ThisException")]
    [InlineData("")]
    public void A_failure_of_unknown_type_is_caused_by_nothing(string type) =>
        Assert.False(new TaskFailureDetails(type, "m", null, null, null).IsCausedBy<Exception>());

    [Fact]
    public void Only_exception_types_can_be_asked_for()
    {
        var details = TaskFailureDetails.FromException(new TimeoutException());

        Assert.Throws<ArgumentException>(() => details.IsCausedBy(typeof(string)));
    }

    [Fact]
    public void A_failed_task_says_which_one_and_why()
    {
        var error = new TaskFailedException("Ask", 3, new TimeoutException("too late"));

        Assert.Equal("Task 'Ask' (#3) failed with an unhandled exception: too late", error.Message);
        Assert.Equal("Ask", error.TaskName);
        Assert.Equal(3, error.TaskId);
        Assert.True(error.FailureDetails.IsCausedBy<TimeoutException>());
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public void A_failed_task_of_the_history_has_its_details_and_no_exception()
    {
        var details = new TaskFailureDetails("Some.Error", "too late", null, null, null);

        var error = new TaskFailedException("Ask", 3, details);

        Assert.Equal("Task 'Ask' (#3) failed with an unhandled exception: too late", error.Message);
        Assert.Same(details, error.FailureDetails);
        Assert.Null(error.InnerException);
    }

    private sealed class NestedException : InvalidOperationException;
}
