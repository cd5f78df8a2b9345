using System.Text;
using DurableMesh.Cli.CommandLine;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await MeshCommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
