using System.CommandLine;
using DurableMesh.Agents.Workspaces;

namespace DurableMesh.Cli.Agents;

/// <summary><c>--workspace</c>: the folder that each thread's work is done in.</summary>
internal sealed class WorkspaceOption
{
    private const string Worktree = "git-worktree";
    private const string Copy = "copy";
    private const string Shared = "shared";

    /// <summary>The option: a way, and a folder.</summary>
    public Option<string[]> Option { get; } = new("--workspace")
    {
        Description =
            "Where each thread's work is done: 'git-worktree DIR' gives it a worktree of that repository on a branch of its " +
            "own, 'copy DIR' a copy of that folder, 'shared DIR' the folder itself. [default: shared, the current folder]",
        HelpName = "WAY DIR",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var way, var folder])
                {
                    if (way.Value is not (Worktree or Copy or Shared))
                    {
                        result.AddError($"--workspace begins with {Worktree}, {Copy} or {Shared}, not with '{way.Value}'.");
                    }
                    else if (!Directory.Exists(folder.Value))
                    {
                        result.AddError($"--workspace {way.Value}: there is no folder {folder.Value}.");
                    }
                }
            },
        },
    };

    /// <summary>The workspaces that the command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="home">The agent's folder: worktrees and copies stand in it.</param>
    /// <param name="agent">The agent.</param>
    public IWorkspaces Of(ParseResult parsed, string home, string agent)
    {
        var root = Path.Combine(home, "workspaces");
        return parsed.GetValue(Option) switch
        {
            [Worktree, var folder] => new GitWorktrees(Path.GetFullPath(folder), root, agent),
            [Copy, var folder] => new FolderCopies(Path.GetFullPath(folder), root),
            [Shared, var folder] => new SharedFolder(Path.GetFullPath(folder)),
            _ => new SharedFolder(Environment.CurrentDirectory),
        };
    }
}
