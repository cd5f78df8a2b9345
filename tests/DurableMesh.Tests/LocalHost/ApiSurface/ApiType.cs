namespace DurableMesh.Tests.LocalHost.ApiSurface;

/// <summary>One public type as the listings show it: its header and its members, each with its attributes.</summary>
internal sealed record ApiType(string Namespace, string Name, ApiLine Header, IReadOnlyList<ApiLine> Members)
{
    public string FullName => $"{Namespace}.{Name}";
}

/// <summary>A header or a member, and the attributes above it.</summary>
internal sealed record ApiLine(string Text, IReadOnlyList<string> Attributes);
