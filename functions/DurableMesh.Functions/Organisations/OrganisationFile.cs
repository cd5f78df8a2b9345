using DurableMesh.Core.Organisations;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Organisations;

/// <summary>
/// The organisation file (<see cref="MeshOptions.SeedFile"/>): what a store begins with that nothing was ever written to. Read
/// once, at the start.
/// </summary>
internal sealed partial class OrganisationFile
{
    private readonly ILogger<OrganisationFile> _logger;

    public OrganisationFile(IOptions<MeshOptions> options, ILogger<OrganisationFile> logger)
    {
        _logger = logger;
        var path = Path.Combine(AppContext.BaseDirectory, options.Value.SeedFile);
        (Organisation, Failure) = Read(path);
        if (Failure is not null)
        {
            LogNotRead(path, Failure);
        }
    }

    /// <summary>What the file says; nothing where it cannot be read.</summary>
    public Organisation Organisation { get; }

    /// <summary>Why it cannot be read; null where it can.</summary>
    public string? Failure { get; }

    private static (Organisation Organisation, string? Failure) Read(string path)
    {
        try
        {
            var read = OrganisationReader.Read(File.ReadAllBytes(path));
            return read.Ok
                ? (read.Value, null)
                : (new(), string.Join(" ", read.Errors.Select(error => $"{error.Path}: {error.Message}")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (new(), e.Message);
        }
    }
}
