using System.Collections.Frozen;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Which functions are the dashboard's: people ask for them in a browser, and have a session instead of a key.</summary>
internal static class PageNames
{
    /// <summary>What the name of each of them begins with.</summary>
    public const string Prefix = "Page";

    /// <summary>The page about the API, which is the API's own.</summary>
    public const string ApiDocs = "GetApiDocs";

    public const string Login = Prefix + "Login";
    public const string EnterKey = Prefix + "EnterKey";
    public const string Theme = Prefix + "Theme";
    public const string Live = Prefix + "Live";
    public const string Asset = Prefix + "Asset";

    private static readonly FrozenSet<string> Public = FrozenSet.Create(Login, EnterKey, Theme, Asset);

    /// <summary>Whether a function is one of them.</summary>
    public static bool IsPage(string function) => function.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether a session will do for a function: for a page, and for the page about the API.</summary>
    public static bool TakesSession(string function) => IsPage(function) || function == ApiDocs;

    /// <summary>Whether it shows nothing of the mesh, so that nobody is asked who they are.</summary>
    public static bool IsPublic(string function) => Public.Contains(function);
}
