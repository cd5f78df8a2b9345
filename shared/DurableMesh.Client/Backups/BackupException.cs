namespace DurableMesh.Client.Backups;

/// <summary>A file is no backup that is whole. The message says why, for people.</summary>
internal sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
