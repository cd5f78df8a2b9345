using System.Globalization;
using Azure;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Backups;

/// <summary>A backup on its way out. Where it cannot go on, it is broken off, so that nobody takes it for whole.</summary>
internal sealed partial class BackupAnswer(MeshBackup backup, TimeProvider time, ILogger logger) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var name = string.Create(CultureInfo.InvariantCulture, $"mesh-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.tar.gz");
        response.ContentType = "application/gzip";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        try
        {
            await backup.WriteAsync(response.Body, httpContext.RequestAborted);
        }
        catch (Exception failure) when (!response.HasStarted
            && failure is (ProblemException or IOException or RequestFailedException or AggregateException))
        {
            response.Clear();
            var problem = (failure as ProblemException)?.Problem ?? Problems.StorageUnavailable(failure.Message);
            await new ProblemAnswer(problem).ExecuteAsync(httpContext);
        }
        catch (Exception failure)
        {
            LogBrokenOff(failure.Message);
            httpContext.Abort();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A backup was broken off: {Reason}")]
    private partial void LogBrokenOff(string reason);
}
