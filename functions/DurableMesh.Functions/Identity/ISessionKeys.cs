using DurableMesh.Core.Identity;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Identity;

/// <summary>Gives a browser a session for a key that somebody entered in it, and takes it away.</summary>
public interface ISessionKeys
{
    /// <summary>Checks a key as that of any request, and begins a session where it is an operator's.</summary>
    /// <param name="key">The key as it was entered.</param>
    /// <param name="http">The request.</param>
    /// <returns>Whose key it is; null where it does not work.</returns>
    /// <exception cref="Exception">Too many keys from the caller's address did not work.</exception>
    ValueTask<Caller?> EnterAsync(string key, HttpContext http);

    /// <summary>Ends the session of a request, for every copy of its cookie too.</summary>
    /// <param name="http">The request.</param>
    ValueTask LeaveAsync(HttpContext http);
}
