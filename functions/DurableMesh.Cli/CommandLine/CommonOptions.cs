using System.CommandLine;
using System.CommandLine.Parsing;
using DurableMesh.Client;

namespace DurableMesh.Cli.CommandLine;

/// <summary>The options that every command has.</summary>
internal static class CommonOptions
{
    /// <summary>Where the mesh is unless somebody says otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:7071";

    /// <summary>The mesh's address.</summary>
    public static Option<string> Url { get; } = new("--url")
    {
        Description =
            $"Where the mesh is; {MeshVariables.Url} says it too. {MeshLinkOptions.AuthoritiesVariable} names a PEM file of " +
            "certificates to trust for https.",
        HelpName = "URL",
        Recursive = true,
        DefaultValueFactory = _ => MeshVariables.Read(MeshVariables.Url) ?? DefaultUrl,
    };

    /// <summary>Who asks. Without a default factory, whose value the help would print.</summary>
    public static Option<string?> Key { get; } = new("--key")
    {
        Description = $"The key to ask with, dmk_…; better in {MeshVariables.Key}, where no list of processes shows it.",
        HelpName = "KEY",
        Recursive = true,
    };

    /// <summary>JSON for programs instead of text for people.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON, and nothing else, on standard output: one document, or one a line where it is a stream.",
        Recursive = true,
    };

    /// <summary>Who does something that is put on record.</summary>
    public static Option<string?> By() => new("--by")
    {
        Description = "Who does it. [default: whoever the key belongs to; without a key the user's name]",
        HelpName = "NAME",
    };

    /// <summary>Only what a script wants to go on with.</summary>
    /// <param name="what">What that is, for instance <c>the thread's id</c>.</param>
    public static Option<bool> IdOnly(string what) => new("--id-only", "-q") { Description = $"Print only {what}, for scripts." };

    /// <summary>A thread's id, as every thread command takes it.</summary>
    public static Argument<string> ThreadId() => new("THREAD")
    {
        Description = "The thread's id, or so much of its beginning as no other has.",
    };

    /// <summary>Limits an option to a range, both ends included.</summary>
    public static Option<T> Between<T>(T least, T most, Option<T> option)
        where T : struct, IComparable<T>
    {
        option.Validators.Add(result =>
        {
            if (result.ValueIfAny<T>() is { } value && (value.CompareTo(least) < 0 || value.CompareTo(most) > 0))
            {
                result.AddError($"{option.Name} is between {least} and {most}.");
            }
        });
        return option;
    }

    /// <summary>An option's value; null where what was given is none, which the parser says itself.</summary>
    public static T? ValueIfAny<T>(this OptionResult result)
        where T : struct
    {
        try
        {
            return result.GetValueOrDefault<T?>();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A client for the mesh that the command line names.</summary>
    /// <exception cref="CliException">There is no safe way to it.</exception>
    public static MeshClient Connect(this ParseResult parsed)
    {
        if (!Uri.TryCreate(parsed.GetValue(Url), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new CliException(
                ExitCode.Usage, $"'{parsed.GetValue(Url)}' is no http:// or https:// address (--url or {MeshVariables.Url}).");
        }

        try
        {
            return MeshClient.Connect(url, parsed.MeshKey());
        }
        catch (MeshLinkException unsafeLink)
        {
            throw new CliException(ExitCode.Usage, unsafeLink.Message, unsafeLink);
        }
    }

    /// <summary>The key of the command line, or of the environment; null where there is none.</summary>
    /// <exception cref="CliException">It cannot be a key.</exception>
    public static string? MeshKey(this ParseResult parsed)
    {
        var key = (parsed.GetValue(Key) ?? MeshVariables.Read(MeshVariables.Key))?.Trim();
        return string.IsNullOrEmpty(key) ? null
            : key.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? throw new CliException(ExitCode.Usage, $"The key (--key or {MeshVariables.Key}) has characters of no key.")
            : key;
    }

    /// <summary>Who does it; null where the mesh knows it from the key.</summary>
    public static string? NameOf(this ParseResult parsed, Option<string?> by) =>
        parsed.GetValue(by) ?? (parsed.MeshKey() is null ? Environment.UserName : null);

    /// <summary>Whether the caller is a program.</summary>
    public static bool WantsJson(this ParseResult parsed) => parsed.GetValue(Json);
}
