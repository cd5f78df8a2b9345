namespace DurableMesh.Functions.Organisations;

/// <content>What the file says to the operator.</content>
internal sealed partial class OrganisationFile
{
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The organisation file {Path} cannot be read, so an empty store stays empty; mend it and start again: "
            + "{Reason}")]
    private partial void LogNotRead(string path, string reason);
}
