using System.CommandLine;

namespace DurableMesh.Cli.CommandLine;

/// <summary><c>mesh completion</c>: a script by which a shell completes command lines of mesh, by asking mesh itself.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # Completes mesh in bash: eval "$(mesh completion bash)", or put that into ~/.bashrc.
        _mesh_complete() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _mesh_complete mesh
        """;

    private const string Zsh = """
        #compdef mesh
        # Completes mesh in zsh: eval "$(mesh completion zsh)" after compinit, or put that into ~/.zshrc.
        _mesh_complete() {
            local line="${BUFFER[1,CURSOR]}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- $found || _files
        }
        compdef _mesh_complete mesh
        """;

    private const string Fish = """
        # Completes mesh in fish: mesh completion fish | source, or put that into ~/.config/fish/config.fish.
        function __mesh_complete
            set -l line (commandline -cp)
            set -l words (commandline -opc)
            $words[1] "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c mesh -a '(__mesh_complete)'
        """;

    private static readonly Dictionary<string, string> Scripts = new() { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish.", HelpName = "bash|zsh|fish" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print a script that completes mesh in your shell.") { shell };
        command.SetAction(parsed =>
        {
            terminal.Say(Scripts[parsed.GetRequiredValue(shell)].ReplaceLineEndings("\n"));
            return ExitCode.Done;
        });
        return command;
    }
}
