namespace DurableMesh.Tests.Documentation;

/// <summary>One command of a page's console blocks, as a reader types it.</summary>
/// <param name="Line">The line of the page where it begins.</param>
/// <param name="Command">The text for the shell, all its lines.</param>
/// <param name="Expected">The lines that the page shows beneath it; none where it shows nothing.</param>
/// <param name="Kept">Whether it runs on beside the commands that follow, as in a terminal of its own.</param>
internal sealed record ConsoleStep(int Line, string Command, IReadOnlyList<string> Expected, bool Kept);

/// <summary>A block that says why it is not run.</summary>
/// <param name="Line">The line of the page where it begins.</param>
/// <param name="Reason">The words behind <c>not run:</c>.</param>
internal sealed record ConsoleBlockLeftOut(int Line, string Reason);
