using DurableMesh.Functions;

MeshProgram.Run(args);
