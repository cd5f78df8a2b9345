using DurableMesh.Cli;

return await CommandLineProgram.RunAsync(args);
