using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.LocalHost.Azurite;

public sealed class AzuriteInstallationTests : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly FakeRepository _repository;

    public AzuriteInstallationTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The fake commands are shell scripts.");
        _repository = new FakeRepository();
    }

    public void Dispose() => _repository?.Dispose();

    [Fact]
    public void The_repository_is_found_upwards_from_the_first_folder_that_is_inside_one()
    {
        var inner = Directory.CreateDirectory(Path.Combine(_repository.Root, "functions", "bin", "Debug")).FullName;
        _repository.Write("functions/package.json", """{ "dependencies": { "left-pad": "1.0.0" } }""");

        Assert.Equal(_repository.Root, AzuriteInstallation.Find(Path.GetPathRoot(inner)!, inner)?.Root);
        Assert.Null(AzuriteInstallation.Find(Path.GetPathRoot(inner)!));
    }

    [Fact]
    public async Task What_is_pinned_is_installed_once()
    {
        _repository.Npm = _repository.Script("npm", FakeRepository.Installs("9.9.9"));

        await EnsureAsync();
        await EnsureAsync();

        Assert.True(_repository.Installation.IsComplete);
        Assert.Single(File.ReadAllLines(Path.Combine(_repository.Root, "installed")));
    }

    [Fact]
    public async Task Another_version_than_the_pinned_one_is_replaced()
    {
        _repository.Npm = _repository.Script("npm", FakeRepository.Installs("9.9.8"));
        await Assert.ThrowsAsync<AzuriteException>(EnsureAsync);
        _repository.Npm = _repository.Script("npm", FakeRepository.Installs("9.9.9"));

        await EnsureAsync();

        Assert.True(_repository.Installation.IsComplete);
    }

    [Fact]
    public async Task An_installation_that_was_broken_off_does_not_count()
    {
        _repository.Npm = _repository.Script("npm", FakeRepository.Installs("9.9.9"));
        await EnsureAsync();
        File.Delete(Path.Combine(_repository.Root, "node_modules", ".package-lock.json"));

        Assert.False(_repository.Installation.IsComplete);
        await EnsureAsync();
        Assert.True(_repository.Installation.IsComplete);
    }

    [Fact]
    public async Task Two_hosts_at_once_install_once_and_the_second_says_that_it_waits()
    {
        var secondWaits = Path.Combine(_repository.Root, "second-waits");
        _repository.Npm = _repository.Script(
            "npm", $"until [ -e '{secondWaits}' ]; do sleep 0.01; done\n" + FakeRepository.Installs("9.9.9"));
        var logger = new Mock<ILogger>();
        logger.Setup(log => log.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        logger
            .Setup(log => log.Log(
                LogLevel.Information, It.Is<EventId>(id => id.Name == "WaitsForInstallation"), It.IsAny<It.IsAnyType>(), null,
                It.IsAny<Func<It.IsAnyType, Exception?, string>>()))
            .Callback(() => File.WriteAllText(secondWaits, ""));

        await Task.WhenAll(
            _repository.Installation.EnsureAsync(TimeProvider.System, logger.Object, Cancellation),
            _repository.Installation.EnsureAsync(TimeProvider.System, logger.Object, Cancellation));

        Assert.Single(File.ReadAllLines(Path.Combine(_repository.Root, "installed")));
    }

    [Fact]
    public async Task A_failing_npm_is_quoted()
    {
        _repository.Npm = _repository.Script("npm", "echo 'npm error code ENETUNREACH' >&2; exit 7");

        var error = await Assert.ThrowsAsync<AzuriteException>(EnsureAsync);

        Assert.Contains("exit code 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("npm error code ENETUNREACH", error.Message, StringComparison.Ordinal);
        Assert.Contains(_repository.Root, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_node_is_named_with_what_to_do()
    {
        _repository.Node = Path.Combine(_repository.Root, "nowhere", "node");

        var error = await Assert.ThrowsAsync<AzuriteException>(EnsureAsync);

        Assert.Contains("Install Node.js", error.Message, StringComparison.Ordinal);
        Assert.Contains("AzureWebJobsStorage", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v18.20.1")]
    [InlineData("no version at all")]
    public async Task A_node_that_is_too_old_is_refused_before_anything_is_installed(string version)
    {
        _repository.Node = _repository.Script("node", $"echo {version}");
        _repository.Npm = _repository.Script("npm", FakeRepository.Installs("9.9.9"));

        var error = await Assert.ThrowsAsync<AzuriteException>(EnsureAsync);

        Assert.Equal($"Azurite needs Node.js 20 or newer, but the one on the PATH is {version}.", error.Message);
        Assert.False(_repository.Installation.IsComplete);
    }

    [Fact]
    public async Task Cancelling_kills_npm()
    {
        var started = Path.Combine(_repository.Root, "npm-runs");
        _repository.Npm = _repository.Script("npm", $"echo $$ > '{started}'; exec sleep 60");
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var installation = _repository.Installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, source.Token);
        await Eventually.HoldsAsync(() => File.Exists(started) && File.ReadAllText(started).EndsWith('\n'));
        var npm = ProcessIdentity.Of(int.Parse(File.ReadAllText(started).Trim()))!;

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => installation);
        await Eventually.HoldsAsync(npm.IsProvablyDead);
    }

    [Fact]
    public async Task A_long_installation_reports_that_it_goes_on()
    {
        var time = new FakeTimeProvider();
        var reported = Path.Combine(_repository.Root, "reported");
        _repository.Npm = _repository.Script(
            "npm", $"until [ -e '{reported}' ]; do sleep 0.01; done\n" + FakeRepository.Installs("9.9.9"));
        var logger = new Mock<ILogger>();
        logger.Setup(log => log.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        logger
            .Setup(log => log.Log(
                LogLevel.Information, It.Is<EventId>(id => id.Name == "StillInstalls"), It.IsAny<It.IsAnyType>(), null,
                It.IsAny<Func<It.IsAnyType, Exception?, string>>()))
            .Callback(() => File.WriteAllText(reported, ""));

        var installation = _repository.Installation.EnsureAsync(time, logger.Object, Cancellation);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return File.Exists(reported);
        });
        await installation;

        Assert.True(_repository.Installation.IsComplete);
    }

    private Task EnsureAsync() => _repository.Installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, Cancellation);
}
