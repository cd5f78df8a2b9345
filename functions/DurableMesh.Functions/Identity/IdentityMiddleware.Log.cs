using DurableMesh.Core.Identity;

namespace DurableMesh.Functions.Identity;

/// <content>What the middleware says to the operator. Never the key.</content>
internal sealed partial class IdentityMiddleware
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A key was refused: {Fault}. Key {KeyId}, from {Address}, for {Function}.")]
    private partial void LogRefused(KeyFault fault, string keyId, string address, string function);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "A key was refused, one of too many: {Fault}. Key {KeyId}, from {Address}, for {Function}.")]
    private partial void LogOneOfTooMany(KeyFault fault, string keyId, string address, string function);
}
