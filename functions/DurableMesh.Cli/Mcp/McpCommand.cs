using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Mcp;
using DurableMesh.Mcp.Http;

namespace DurableMesh.Cli.Mcp;

/// <summary><c>mesh mcp</c>: the mesh as an MCP server, for coding agents and other clients of the protocol.</summary>
internal static class McpCommand
{
    private static readonly Option<string?> As = new("--as")
    {
        Description = $"The agent to speak as; {MeshVariables.Agent} says it too.",
        HelpName = "ID",
    };

    private static readonly Option<bool> Http = new("--http")
    {
        Description = "Serve over streamable HTTP on this machine's loopback interface instead of standard input and output. " +
            $"Clients bring a token: that of {MeshVariables.McpToken}, or the one that is printed at the start.",
    };

    private static readonly Option<int> Port = CommonOptions.Between(
        0, 65_535, new("--port") { Description = "The port of --http; 0 for a free one.", HelpName = "N" });

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command(
            "mcp", "Serve the Model Context Protocol: tools by which a model takes part in dialogues as one agent.")
        {
            As, Http, Port,
        };
        // What the command needs is loaded where it is called, not where the command line is put together.
        command.SetAction((parsed, cancellation) => RunAsync(parsed, terminal, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var settings = new McpSettings(parsed.GetValue(As) ?? terminal.Variable(MeshVariables.Agent)
            ?? throw new CliException(ExitCode.Usage, $"Say which agent to speak as: --as ID, or {MeshVariables.Agent}."))
        {
            OnlyThread = terminal.Variable(MeshVariables.Thread),
            ReplyChannel = terminal.Variable(MeshVariables.Reply),
            Key = parsed.MeshKey(),
            User = Environment.UserName,
        };
        var mcp = new MeshMcp(parsed.Connect(), settings, TimeProvider.System);
        if (!parsed.GetValue(Http))
        {
            await mcp.ServeProcessAsync(cancellation);
            return ExitCode.Done;
        }

        await ServeHttpAsync(mcp, parsed.GetValue(Port), terminal, cancellation);
        return ExitCode.Done;
    }

    private static async Task ServeHttpAsync(MeshMcp mcp, int port, Terminal terminal, CancellationToken cancellation)
    {
        var given = terminal.Variable(MeshVariables.McpToken);
        if (given is not null && (given.Length < McpHttp.ShortestToken || given.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            throw new CliException(
                ExitCode.Usage,
                $"{MeshVariables.McpToken} is shorter than {McpHttp.ShortestToken} characters, "
                    + "or has some that no header can carry.");
        }

        var token = given ?? McpHttp.NewToken();
        try
        {
            await using var http = await McpHttp.StartAsync(mcp, port, token, cancellation);
            terminal.Say($"mcp at {http.Address}");
            if (given is null)
            {
                terminal.Say($"token {token}");
            }

            await http.WaitAsync(cancellation);
        }
        catch (IOException taken)
        {
            throw new CliException(ExitCode.Usage, $"Port {port} cannot be used: {taken.Message}", taken);
        }
    }
}
