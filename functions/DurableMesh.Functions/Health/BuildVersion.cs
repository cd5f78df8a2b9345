using System.Reflection;

namespace DurableMesh.Functions.Health;

/// <summary>Which version of the mesh this is: the tag that it was built from, or how many commits behind which.</summary>
internal static class BuildVersion
{
    /// <summary>For instance <c>1.2.3</c> or <c>1.2.4-dev.0.17</c>; without the commit, no stranger's business.</summary>
    public static string Text { get; } =
        typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
}
