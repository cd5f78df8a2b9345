namespace DurableMesh.Functions.Gate;

/// <content>What the policy says to the operator.</content>
internal sealed partial class PolicyFile
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The policy {Path} is in force (sha256 {Hash}).")]
    private partial void LogRead(string path, string hash);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The policy {Path} cannot be read, the last good one (sha256 {Hash}) stays in force: {Reason}")]
    private partial void LogNotRead(string path, string hash, string reason);
}
