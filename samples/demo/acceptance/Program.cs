using System.Diagnostics;
using System.Text.Json;
using Tabular.Acceptance;

// Runs the check whose id is the argument, and says on standard output how it went. One check is one process, so that a check
// that hangs or crashes leaves the others alone.
if (args is not [var id] || !Checks.All.TryGetValue(id, out var check))
{
    Console.Error.WriteLine($"Give one of: {string.Join(' ', Checks.All.Keys)}");
    return 2;
}

try
{
    Tell("pass", check(), location: null);
    return 0;
}
catch (Exception failure)
{
    var detail = failure is CheckFailedException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
    Tell("fail", detail, Where(failure));
    return 1;
}

static void Tell(string status, string detail, string? location) =>
    Console.WriteLine(JsonSerializer.Serialize(new { status, detail, location }));

static string? Where(Exception failure)
{
    var frame = new StackTrace(failure, fNeedFileInfo: true).GetFrames()
        .FirstOrDefault(frame => frame.GetFileName() is { } file && !file.EndsWith("Expect.cs", StringComparison.Ordinal));
    return frame is null ? null : $"{Path.GetFileName(frame.GetFileName())}:{frame.GetFileLineNumber()}";
}
