using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Backups;

/// <summary>
/// Backs the mesh up over HTTP. By POST, though it changes nothing: a key that may only read must not have the secrets.
/// </summary>
public sealed class BackupFunction(MeshBackup backup)
{
    /// <summary><c>POST /backup</c>: a gzip tar, whose last entry is its manifest.</summary>
    [Function("CreateBackup")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/backup")] HttpRequest request)
    {
        new Query(request).ThrowIfWrong();
        return backup.Begin();
    }
}
