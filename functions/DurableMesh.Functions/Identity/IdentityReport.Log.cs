namespace DurableMesh.Functions.Identity;

/// <content>What the report says.</content>
internal sealed partial class IdentityReport
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "IDENTITY IS OPEN: whoever reaches this host may speak as any agent and decide anything. That is for one "
            + "developer's machine; set Mesh__Identity__Mode=keys and Mesh__Identity__RootKey for anything else.")]
    private partial void LogOpen();

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Every request needs a key, and no operator has one: set Mesh__Identity__RootKey to a secret of at least 32 "
            + "characters, and issue keys with it (mesh keys issue).")]
    private partial void LogNobody();
}
