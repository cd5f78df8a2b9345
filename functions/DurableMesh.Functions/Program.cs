Console.WriteLine("DurableMesh");
